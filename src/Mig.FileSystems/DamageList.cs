using Mig.Core;

namespace Mig.FileSystems;

/// <summary>
/// Takes what could not be read. Who passes one to a reader gets all that can be read, and is told of the rest; who passes none gets an
/// exception at the first damage. For one thread.
/// </summary>
public sealed class DamageList
{
    // Of one directory. A hostile one may have millions; the first ones say what is wrong.
    private const int MaxItems = 4096;

    private readonly List<DamageItem> _items = [];
    private long _more;

    public bool IsEmpty => _items.Count == 0;

    /// <summary>What was wrong, in the order in which it was found.</summary>
    public IReadOnlyList<DamageItem> Items =>
        _more == 0 ? _items : [.. _items, new DamageItem(default, $"{_more} more damages like these")];

    public void Add(CorruptImageException error) => Add([], error);

    /// <param name="name">Which name of a directory it is about; empty for the directory itself.</param>
    public void Add(ReadOnlySpan<byte> name, CorruptImageException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Add(name, error.Message);
    }

    public void Add(ReadOnlySpan<byte> name, string reason)
    {
        if (_items.Count == MaxItems)
            _more++;
        else
            _items.Add(new DamageItem(name.ToArray(), reason));
    }

    public void Clear()
    {
        _items.Clear();
        _more = 0;
    }
}
