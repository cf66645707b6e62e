namespace Mig.Versions.Bisecting.Parts;

/// <summary>
/// Finds a smallest set of parts that breaks a machine: none can be left out of it. By halves: the first parts up to some place are taken,
/// and the last of the shortest such row that breaks is one of the set; with it taken each time, the next one is looked for before it.
/// Source: Junker, "QUICKXPLAIN: Preferred Explanations and Relaxations for Over-Constrained Problems", AAAI 2004.
/// </summary>
/// <param name="count">How many parts there are, in order: what others need comes first.</param>
/// <param name="close">Adds to parts what they cannot be without.</param>
/// <param name="test">Tests a machine that has these parts, and no others.</param>
internal sealed class PartSearch(int count, Func<IReadOnlySet<int>, IReadOnlySet<int>> close, Func<IReadOnlySet<int>, BisectMark> test)
{
    private readonly Dictionary<string, BisectMark> _known = new(StringComparer.Ordinal);

    /// <summary>Where to halve first, for the kinds of parts differ in how likely they are; 0 for the middle.</summary>
    public int FirstProbe { get; init; }

    /// <summary>How many machines were tested.</summary>
    public int Tests { get; private set; }

    /// <summary>Searches. A machine without any part is good.</summary>
    public PartFinding Run()
    {
        var needed = new SortedSet<int>();
        for (int end = count; ; end--)
        {
            if (needed.Count > 0 && Test(needed, 0) == BisectMark.Bad)
                return new PartFinding([.. needed], [.. close(needed).Except(needed).Order()], []);
            (int good, int bad) = Narrow(needed, end);
            if (bad - good > 1)
                return new PartFinding([.. needed], [], [.. Enumerable.Range(good, bad - good)]);

            // Nothing that was tested says that all of them together are bad.
            if (bad == count && Test(needed, count) is var all and not BisectMark.Bad)
                return all == BisectMark.Good ? PartFinding.None : new PartFinding([], [], [.. Enumerable.Range(good, bad - good)]);
            needed.Add(bad - 1);
            end = bad;
        }
    }

    // Returns a place up to which all is good, and the next one up to which it is bad, or, where some cannot be tested, one after it.
    private (int Good, int Bad) Narrow(SortedSet<int> needed, int bad)
    {
        int good = 0;
        var untestable = new HashSet<int>();
        while (Choose(good, bad, untestable) is { } middle)
        {
            switch (Test(needed, middle))
            {
                case BisectMark.Good:
                    good = middle;
                    break;
                case BisectMark.Bad:
                    bad = middle;
                    break;
                default:
                    untestable.Add(middle);
                    break;
            }
        }

        return (good, bad);
    }

    private int? Choose(int good, int bad, HashSet<int> untestable)
    {
        int middle = FirstProbe > good && FirstProbe < bad && Tests == 0 ? FirstProbe : good + ((bad - good) / 2);
        return Enumerable.Range(good + 1, Math.Max(0, bad - good - 1)).Where(place => !untestable.Contains(place))
            .OrderBy(place => Math.Abs(place - middle)).Select(place => (int?)place).FirstOrDefault();
    }

    private BisectMark Test(SortedSet<int> needed, int end)
    {
        IReadOnlySet<int> parts = close(needed.Concat(Enumerable.Range(0, end)).ToHashSet());
        if (parts.Count == 0)
            return BisectMark.Good;
        string key = string.Join(',', parts.Order());
        if (!_known.TryGetValue(key, out BisectMark mark))
        {
            Tests++;
            _known.Add(key, mark = test(parts));
        }

        return mark;
    }
}
