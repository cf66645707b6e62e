using System.Text;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;

namespace Mig.Merging.Machines;

/// <summary>The users whom one side removed: the other one may not put them into groups any more.</summary>
internal sealed class AccountSides
{
    private const string Path = "etc/passwd";
    private const int MaxSize = 64 << 20;

    private readonly Dictionary<string, MergeSide> _removed = new(StringComparer.Ordinal);

    public static AccountSides None { get; } = new();

    /// <summary>Equal for what merges alike.</summary>
    public string Signature => string.Join(' ', _removed.Select(item => $"{item.Key}={item.Value}").Order(StringComparer.Ordinal));

    public static AccountSides Find(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs)
    {
        if (before is null)
            return None;
        HashSet<string> old = Read(contents, before), left = Read(contents, ours), right = Read(contents, theirs);
        var sides = new AccountSides();
        if (left.Count == 0 || right.Count == 0)
            return sides;
        foreach (string name in old.Where(name => left.Contains(name) != right.Contains(name)))
            sides._removed[name] = left.Contains(name) ? MergeSide.Theirs : MergeSide.Ours;
        return sides;
    }

    /// <summary>Returns the side that removed a user; null when none did, or both.</summary>
    public MergeSide? WhoRemoved(string user) => _removed.TryGetValue(user, out MergeSide side) ? side : null;

    private static HashSet<string> Read(MergeContents contents, TreeEntry root) =>
        TreeLookup.Find(contents.Store, root, Encoding.ASCII.GetBytes(Path)) is { Type: TreeEntryType.File, Size: <= MaxSize } file
            ? [.. Encoding.Latin1.GetString(contents.Read(file, Path, MaxSize)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[0])]
            : [];
}
