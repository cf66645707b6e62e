namespace Mig.FileSystems.Ext.Writing;

/// <summary>Where a path leads.</summary>
/// <param name="Parents">The inodes from the root to the directory of the last name; empty for the root itself.</param>
/// <param name="Names">The names from the root on, without links; empty for the root itself.</param>
/// <param name="Node">What the last name stands for; 0 when there is none.</param>
internal sealed record ResolvedPath(IReadOnlyList<long> Parents, IReadOnlyList<byte[]> Names, long Node)
{
    public bool Exists => Node != 0;

    public bool IsRoot => Parents.Count == 0;

    /// <summary>The directory of the last name.</summary>
    public long Parent => Parents[^1];

    public byte[] Name => Names[^1];
}
