namespace Mig.Fuse;

/// <summary>A directory that is being listed: one answer for all of the listing, with <c>.</c> and <c>..</c> first.</summary>
internal sealed class OpenDirectory(MountedNode node) : IDisposable
{
    private readonly IReadOnlyList<(ReadOnlyMemory<byte> Name, MountedNode Node)> _entries = node.List();

    public long Count => _entries.Count + 2;

    public (ReadOnlyMemory<byte> Name, MountedNode Node) this[long index] => index switch
    {
        0 => ("."u8.ToArray(), node),
        1 => (".."u8.ToArray(), node),
        _ => _entries[(int)(index - 2)],
    };

    public void Dispose()
    {
    }
}
