using Mig.History.Refs;

namespace Mig.Transfer;

/// <summary>
/// Which refs a question is about, said as briefly as possible: the beginnings of names, and whole names that do not begin so. Sorted by
/// bytes.
/// </summary>
public sealed class RefChoice
{
    private readonly List<(string Text, bool IsWhole)> _parts = [];

    public RefChoice(IEnumerable<string> prefixes, IEnumerable<string> names)
    {
        IEnumerable<(string Text, bool IsWhole)> all = prefixes.Select(prefix => (prefix, false)).Concat(names.Select(name => (name, true)))
            .Distinct();
        foreach ((string text, bool isWhole) in all.Order(Comparer<(string Text, bool IsWhole)>.Create(Compare)))
        {
            int last = _parts.FindLastIndex(part => !part.IsWhole);
            if (last < 0 || !text.StartsWith(_parts[last].Text, StringComparison.Ordinal))
                _parts.Add((text, isWhole));
        }
    }

    /// <summary>What to look for, one after another: then the refs come in their order, each once.</summary>
    public IReadOnlyList<(string Text, bool IsWhole)> Parts => _parts;

    public IReadOnlyList<string> Prefixes => [.. _parts.Where(part => !part.IsWhole).Select(part => part.Text)];

    public IReadOnlyList<string> Names => [.. _parts.Where(part => part.IsWhole).Select(part => part.Text)];

    /// <summary>Tells whether a ref is among them.</summary>
    public bool Contains(RefName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _parts.Exists(part => part.IsWhole ? name.Value == part.Text : name.Value.StartsWith(part.Text, StringComparison.Ordinal));
    }

    private static int Compare((string Text, bool IsWhole) left, (string Text, bool IsWhole) right) =>
        RefName.CompareNames(left.Text, right.Text) is int order and not 0 ? order : left.IsWhole.CompareTo(right.IsWhole);
}
