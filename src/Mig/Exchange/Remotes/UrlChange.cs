namespace Mig.Exchange.Remotes;

/// <summary>What becomes of a remote's addresses.</summary>
public enum UrlChange
{
    Replace,
    Add,
    Delete,
}
