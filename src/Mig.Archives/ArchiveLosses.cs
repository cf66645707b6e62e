namespace Mig.Archives;

/// <summary>Counts what a format cannot say. For one thread.</summary>
public sealed class ArchiveLosses
{
    /// <summary>Members that were left out: sockets in tar.</summary>
    public long Nodes { get; internal set; }

    /// <summary>Extended attributes that were left out.</summary>
    public long Xattrs { get; internal set; }

    /// <summary>Times that the format cannot hold, and that became the nearest one that it can.</summary>
    public long Times { get; internal set; }
}
