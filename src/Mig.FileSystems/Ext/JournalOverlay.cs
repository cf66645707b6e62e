namespace Mig.FileSystems.Ext;

/// <summary>The blocks that the journal replaces, ascending: what recovery would write, found but not written.</summary>
internal sealed class JournalOverlay
{
    private readonly JournalledBlock[] _blocks;

    public JournalOverlay(IEnumerable<JournalledBlock> blocks)
    {
        _blocks = [.. blocks];
        Array.Sort(_blocks, static (left, right) => left.Block.CompareTo(right.Block));
    }

    public static JournalOverlay Empty { get; } = new([]);

    public bool IsEmpty => _blocks.Length == 0;

    public int Count => _blocks.Length;

    public JournalledBlock this[int index] => _blocks[index];

    /// <summary>Returns the index of the first replaced block that is not before <paramref name="block"/>.</summary>
    public int IndexOfFirst(long block)
    {
        int low = 0;
        int high = _blocks.Length;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            if (_blocks[middle].Block < block)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
