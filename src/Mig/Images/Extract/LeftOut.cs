namespace Mig.Images.Extract;

/// <summary>What the destination, or this user, could not take: how often.</summary>
public sealed record LeftOut
{
    /// <summary>Owners and groups that stay those of this user.</summary>
    public long Owners { get; init; }

    /// <summary>
    /// Set-user-id and set-group-id bits of files whose owner could not be kept: they would give the rights of somebody else.
    /// </summary>
    public long SetIdBits { get; init; }

    /// <summary>Devices, sockets and FIFOs that were not made.</summary>
    public long Nodes { get; init; }

    /// <summary>Extended attributes, access control lists among them.</summary>
    public long Xattrs { get; init; }

    /// <summary>Times that the format or the file system cannot say.</summary>
    public long Times { get; init; }

    /// <summary>Folders and links that mig would take for repositories of this user.</summary>
    public long Repositories { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsNothing => this == new LeftOut();
}
