using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;

namespace Mig.Machines.Merging;

/// <summary>
/// apt's lists, where both sides fetched some: a signed index and the lists that it names belong together, so all of them are those of the
/// side that fetched last.
/// </summary>
internal sealed class ListSides
{
    private const string Folder = "var/lib/apt/lists";

    private readonly Dictionary<string, MergeDecision> _decisions = new(StringComparer.Ordinal);

    private ListSides()
    {
    }

    public static ListSides None { get; } = new();

    public IEnumerable<ReadOnlyMemory<byte>> Paths =>
        _decisions.Keys.Select(path => new ReadOnlyMemory<byte>(Encoding.Latin1.GetBytes(path)));

    public MergeDecision? Find(ReadOnlySpan<byte> path) =>
        _decisions.Count == 0 ? null : _decisions.GetValueOrDefault(Encoding.Latin1.GetString(path));

    /// <param name="favored">Whose side was given to the folder by the user. Asked only where it matters.</param>
    public static ListSides Find(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs,
        Func<string, MergeSide?> favored)
    {
        TreeEntry?[] folders = [.. ((TreeEntry?[])[before, ours, theirs])
            .Select(root => root is null ? null : TreeLookup.Find(contents.Store, root, Encoding.ASCII.GetBytes(Folder)))];
        if (folders is not [var was, { Type: TreeEntryType.Directory } here, { Type: TreeEntryType.Directory } there]
            || here.Tree == there.Tree || here.Tree == was?.Tree || there.Tree == was?.Tree)
            return None;
        Dictionary<string, TreeEntry> left = List(contents, here), right = List(contents, there);
        Timestamp ourTime = Newest(left), theirTime = Newest(right);
        bool isTheirs = (favored(Folder) ?? (theirTime > ourTime ? MergeSide.Theirs : MergeSide.Ours)) == MergeSide.Theirs;
        var sides = new ListSides();
        string? note =
            $"lists were fetched on both sides: all of them are those from {(isTheirs ? "there" : "here")}; 'apt update' in the machine "
            + "fetches them anew";
        foreach (string name in left.Keys.Union(right.Keys).Order(StringComparer.Ordinal))
        {
            sides._decisions[$"{Folder}/{name}"] = new MergeDecision((isTheirs ? right : left).GetValueOrDefault(name), null, note);
            note = null; // once is enough
        }

        return sides;
    }

    private static Timestamp Newest(Dictionary<string, TreeEntry> files) =>
        files.Count == 0 ? default : files.Values.Max(file => file.ModifiedTime);

    private static Dictionary<string, TreeEntry> List(MergeContents contents, TreeEntry folder) =>
        TreeReader.ReadEntries(contents.Store, folder.Tree).Where(entry => entry.Type == TreeEntryType.File)
        .ToDictionary(entry => Encoding.Latin1.GetString(entry.Name.Span), StringComparer.Ordinal);
}
