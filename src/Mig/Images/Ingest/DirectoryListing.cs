using Mig.FileSystems;

namespace Mig.Images.Ingest;

/// <summary>One directory as it was read, before the order of the walk decides which of several names of a node is its first.</summary>
internal sealed class DirectoryListing(long node)
{
    public long Node { get; } = node;

    /// <summary>Sorted by the bytes of their names.</summary>
    public DirectoryEntry[] Entries { get; set; } = [];

    /// <summary>The node of each entry, in the same order.</summary>
    public NodeSummary[] Nodes { get; set; } = [];

    /// <summary>The directory that each entry is; null for all else, and for one that another entry is already.</summary>
    public DirectoryListing?[] Children { get; set; } = [];

    /// <summary>What of it could not be read.</summary>
    public DamageList Damage { get; } = new();
}
