namespace Mig.Fuse;

/// <summary>How a tree is mounted.</summary>
/// <param name="Source">What <c>mount</c> shows as the source, such as <c>mig:HEAD</c>.</param>
/// <param name="Length">Bytes of the file system, for <c>statfs</c>.</param>
/// <param name="Threads">How many requests are served at once.</param>
public sealed record MountOptions(string Source, long Length, int Threads)
{
    /// <summary>Whether files that are writable can be written.</summary>
    public bool IsWritable { get; init; }
}
