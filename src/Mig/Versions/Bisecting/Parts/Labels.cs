namespace Mig.Versions.Bisecting.Parts;

/// <summary>Names of what may be taken by itself, and which of them belong together after all.</summary>
internal sealed class Labels
{
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);

    /// <summary>All names, in the order in which they were added.</summary>
    public IEnumerable<string> All => _parents.Keys;

    public string Add(string label)
    {
        _parents.TryAdd(label, label);
        return label;
    }

    /// <summary>Puts two together.</summary>
    public void Join(string one, string other) => _parents[RootOf(Add(other))] = RootOf(Add(one));

    /// <summary>Returns the one that stands for all that were put together with it.</summary>
    public string RootOf(string label)
    {
        string root = label;
        while (_parents[root] != root)
            root = _parents[root];
        while (_parents[label] != root)
            (_parents[label], label) = (root, _parents[label]);
        return root;
    }
}
