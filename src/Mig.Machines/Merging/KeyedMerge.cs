using System.Text;
using Mig.History.Merging;

namespace Mig.Machines.Merging;

/// <summary>
/// Merges files that are tables: what counts is which keys there are and what stands under each, not where. What we have stays in its
/// order; what is new there follows what it follows there.
/// </summary>
/// <param name="favored">Whose entry is taken where both sides changed one in ways that do not fit together, all others being merged; null
/// for a conflict.</param>
/// <param name="mergeItems">Merges what both sides changed: key, base (null for none), ours, theirs; returns the text, or null for a
/// conflict, and a note. Null when that is always a conflict.</param>
internal sealed class KeyedMerge(MergeSide? favored, Func<string, string?, string, string, (string? Text, string? Note)>? mergeItems = null)
{
    private readonly List<string> _conflicts = [];

    /// <summary>
    /// Tells whether what one side alone changed fits to the other one: the entry before, null for none, as it is now, and who changed it.
    /// </summary>
    public Func<string?, string, MergeSide, bool> Fits { get; init; } = static (_, _, _) => true;

    /// <summary>Returns the side that has an entry as it is, whoever changed it; null for most.</summary>
    public Func<string, MergeSide?> SideOf { get; init; } = static _ => null;

    /// <summary>Returns why an entry is in conflict, whoever changed it; null for most.</summary>
    public Func<string, string?> ConflictOf { get; init; } = static _ => null;

    private readonly List<string> _notes = [];

    public MergedText Merge(IReadOnlyList<KeyedItem> before, IReadOnlyList<KeyedItem> ours, IReadOnlyList<KeyedItem> theirs)
    {
        Dictionary<string, string> old = Table(before), left = Table(ours), right = Table(theirs);
        var order = new LinkedList<string>(ours.Select(item => item.Key));
        var places = new Dictionary<string, LinkedListNode<string>>(StringComparer.Ordinal);
        for (LinkedListNode<string>? node = order.First; node is not null; node = node.Next)
            places[node.Value] = node;
        string? previous = null;
        foreach (KeyedItem item in theirs)
        {
            if (!places.ContainsKey(item.Key))
                places[item.Key] = Insert(order, previous is null ? null : places[previous], right);
            places[item.Key].Value = item.Key;
            previous = item.Key;
        }

        var text = new StringBuilder();
        foreach (string key in order)
            text.Append(MergeItem(key, old.GetValueOrDefault(key), left.GetValueOrDefault(key), right.GetValueOrDefault(key)));
        return new MergedText(Encoding.Latin1.GetBytes(text.ToString()), Join([.. _conflicts.Distinct()]), Join(_notes));
    }

    // After what it follows there, and after what only we have in that place.
    private static LinkedListNode<string> Insert(LinkedList<string> order, LinkedListNode<string>? after, Dictionary<string, string> theirs)
    {
        if (after is null && order.First is { } first && !theirs.ContainsKey(first.Value))
            after = first;
        while (after?.Next is { } next && !theirs.ContainsKey(next.Value))
            after = next;
        return after is null ? order.AddFirst("") : order.AddAfter(after, "");
    }

    private string MergeItem(string key, string? before, string? ours, string? theirs)
    {
        if (ConflictOf(key) is { } reason)
            return AddConflict(reason, ours, theirs);
        if (SideOf(key) is { } given)
            return (given == MergeSide.Ours ? ours : theirs) ?? "";
        bool isOurs = ours == theirs || before == theirs, isTheirs = !isOurs && before == ours;
        if (isOurs && (ours is null || ours == theirs || Fits(before, ours, MergeSide.Ours)))
            return ours ?? "";
        if (isTheirs && (theirs is null || Fits(before, theirs, MergeSide.Theirs)))
            return theirs ?? "";
        if (ours is not null && theirs is not null && !isOurs && !isTheirs)
        {
            (string? merged, string? note) = mergeItems?.Invoke(key, before, ours, theirs) ?? default;
            if (note is not null)
                _notes.Add(note);
            if (merged is not null)
                return merged;
        }

        string conflict = isOurs || isTheirs
            ? $"{Show(key)} was changed {(isOurs ? "here" : "there")} in a way that does not fit to the other side"
            : ours is null ? $"{Show(key)} was removed here and changed there"
            : theirs is null ? $"{Show(key)} was changed here and removed there"
            : before is null ? $"{Show(key)} was added on both sides, not alike"
            : $"{Show(key)} was changed on both sides";
        if (favored is { } side)
        {
            _notes.Add($"{conflict}; {(side == MergeSide.Ours ? "ours" : "theirs")} was taken");
            return (side == MergeSide.Ours ? ours : theirs) ?? "";
        }

        return AddConflict(conflict, ours, theirs);
    }

    private string AddConflict(string conflict, string? ours, string? theirs)
    {
        _conflicts.Add(conflict);
        return $"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n";
    }

    private static Dictionary<string, string> Table(IReadOnlyList<KeyedItem> items)
    {
        var table = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (KeyedItem item in items)
            table[item.Key] = item.Text;
        return table;
    }

    private static string Show(string key) => $"'{key}'";

    private static string? Join(IReadOnlyList<string> texts) => texts.Count switch
    {
        0 => null,
        <= 5 => string.Join("; ", texts),
        _ =>
        string.Join("; ", texts.Take(5)) + $"; and {texts.Count - 5} more"
    };
}
