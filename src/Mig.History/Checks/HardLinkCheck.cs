using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Checks;

/// <summary>
/// Proves that each hard link of a volume names an entry with content. Directories without hard links, and without targets, are not read.
/// </summary>
internal sealed class HardLinkCheck(IObjectSource store, TreeSurvey survey)
{
    private static readonly Comparer<ReadOnlyMemory<byte>> ByNames =
        Comparer<ReadOnlyMemory<byte>>.Create(static (a, b) => CompareNames(a.Span, b.Span));

    /// <exception cref="CorruptStoreException">OBJ-008: one names nothing, a directory, or another hard link, such as itself.</exception>
    public void Check(TreeId root)
    {
        if (!survey.Of(root).HasHardLinks)
            return;
        List<ReadOnlyMemory<byte>> targets = [.. Collect(root).Order(ByNames)];
        var pending = new Stack<(TreeId Tree, int First, int End, int Start)>([(root, 0, targets.Count, 1)]);
        while (pending.TryPop(out (TreeId Tree, int First, int End, int Start) directory))
        {
            // The targets that begin with the same names follow each other.
            for (int first = directory.First; first < directory.End;)
            {
                ReadOnlySpan<byte> name = NameAt(targets[first].Span, directory.Start);
                int next = directory.Start + name.Length, end = first + 1;
                while (end < directory.End && NameAt(targets[end].Span, directory.Start).SequenceEqual(name))
                    end++;
                TreeEntry? entry = TreeReader.Find(store, directory.Tree, name);
                bool isTarget = next == targets[first].Length;
                if (entry is null || (isTarget && entry.Type is TreeEntryType.HardLink or TreeEntryType.Directory))
                    throw NoFile(root, targets[first]);
                int below = isTarget ? first + 1 : first;
                if (below < end && entry.Type != TreeEntryType.Directory)
                    throw NoFile(root, targets[below]);
                if (below < end)
                    pending.Push((entry.Tree, below, end, next + 1));
                first = end;
            }
        }
    }

    // Each once, without the slash at the start. Equal directories are looked at once: their links name the same paths.
    private HashSet<ReadOnlyMemory<byte>> Collect(TreeId root)
    {
        var targets = new HashSet<ReadOnlyMemory<byte>>(PathBytesComparer.Instance);
        var seen = new HashSet<TreeId>([root]);
        var pending = new Stack<TreeId>([root]);
        while (pending.TryPop(out TreeId tree))
        {
            var view = TreeNodeView.Open(store.ReadPayload(tree.Value, ObjectKind.Tree).Span, tree);
            while (view.Next())
            {
                if (view.Level == 0 && view.Entry.Type == TreeEntryType.HardLink && !targets.Contains(view.Entry.LinkTarget.ToArray()))
                    targets.Add(view.Entry.LinkTarget.ToArray());
                TreeId? below = view.Level > 0 ? view.Child : view.Entry.Type == TreeEntryType.Directory ? view.Entry.Tree : null;
                if (below is { } child && survey.Of(child).HasHardLinks && seen.Add(child))
                    pending.Push(child);
            }
        }

        return targets;
    }

    private static CorruptStoreException NoFile(in TreeId root, ReadOnlyMemory<byte> target) =>
        new("OBJ-008", $"below the root {root} a hard link names '{Encoding.UTF8.GetString(target.Span)}', which is no file; run mig fsck");

    private static ReadOnlySpan<byte> NameAt(ReadOnlySpan<byte> path, int start)
    {
        int end = path[start..].IndexOf((byte)'/');
        return end < 0 ? path[start..] : path.Slice(start, end);
    }

    // A slash comes before every other byte, so that what is below a directory is together and follows its name.
    private static int CompareNames(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        return left[common] == '/' ? -1 : right[common] == '/' ? 1 : left[common].CompareTo(right[common]);
    }
}
