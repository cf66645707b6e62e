using Mig.Core;
using Mig.Store;
using Mig.Store.Encoding;

namespace Mig.History.Trees;

/// <summary>
/// One tree object, gone through without copying: all that can be said of it alone is checked on the way, up to the last byte. Whoever
/// reads trees reads them with this.
/// </summary>
internal ref struct TreeNodeView
{
    /// <summary>The greatest level of an inner node.</summary>
    public const int MaxLevel = 8;

    private PayloadReader _reader;
    private ReadOnlySpan<byte> _name;
    private int _index;

    private TreeNodeView(PayloadReader reader, int level, int count)
    {
        _reader = reader;
        Level = level;
        Count = count;
    }

    /// <summary>0 for a leaf.</summary>
    public int Level { get; }

    /// <summary>Entries of a leaf, children of an inner node.</summary>
    public int Count { get; }

    /// <summary>The entry of a leaf that was read last.</summary>
    public TreeEntryView Entry { get; private set; }

    /// <summary>The child of an inner node that was read last.</summary>
    public TreeId Child { get; private set; }

    /// <summary>The entry's name, or the first one below the child.</summary>
    public readonly ReadOnlySpan<byte> Name => _name;

    /// <exception cref="CorruptStoreException">The head is not one of a tree.</exception>
    public static TreeNodeView Open(ReadOnlySpan<byte> payload, in TreeId tree)
    {
        var reader = new PayloadReader(payload, tree.Value);
        byte version = reader.Byte("version");
        if (version != TreeWriter.Version)
            throw reader.Corrupt("version", $"{version}, this mig knows {TreeWriter.Version}");
        int level = reader.Byte("level");
        if (level > MaxLevel)
            throw reader.Corrupt("level", $"{level}, at most {MaxLevel} allowed");
        int count = (int)reader.Unsigned("entry count", TreeWriter.MaxEntries);
        return level > 0 && count == 0 ? throw reader.Corrupt("entry count", "an inner node has no children")
            : new TreeNodeView(reader, level, count);
    }

    /// <summary>Reads the next entry or child.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="CorruptStoreException">It breaks the format, or comes before the one that it follows.</exception>
    public bool Next()
    {
        if (_index == Count)
        {
            _reader.ExpectEnd("tree");
            return false;
        }

        ReadOnlySpan<byte> last = _name;
        if (Level == 0)
        {
            Entry = TreeEntryView.Parse(ref _reader);
            _name = Entry.Name;
        }
        else
        {
            _name = _reader.String("first name", int.MaxValue);
            if (TreeName.FindFault(_name) is { } fault)
                throw _reader.Corrupt("OBJ-011", "first name", fault);
            Child = new TreeId(_reader.Id("child"));
        }

        if (_index > 0 && last.SequenceCompareTo(_name) >= 0)
            throw _reader.Corrupt("OBJ-004", "name", $"entries {_index - 1} and {_index} are out of order");
        _index++;
        return true;
    }
}
