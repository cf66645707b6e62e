namespace Mig.Transfer.Addresses;

/// <summary>How another repository is reached.</summary>
public enum RemoteKind
{
    /// <summary>A folder of this machine, or one that is mounted: <c>/srv/images</c>, <c>file:///srv/images</c>.</summary>
    Folder,

    /// <summary>A program of the user's own ssh: <c>ssh://user@host:port/path</c>, <c>user@host:path</c>.</summary>
    Ssh,

    /// <summary>A server: <c>http://host/path</c>, <c>https://host/path</c>.</summary>
    Http,
}
