using System.Text;
using Mig.Core;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.History.Trees;

/// <summary>
/// Says what is below directories without following every path to it: each tree is read once, so twelve trees that stand for 10^12 names
/// cost twelve reads. Holds them to the limits. For one thread.
/// </summary>
public sealed class TreeSurvey
{
    private const int MaxShownPath = 200;

    private readonly IObjectSource _store;
    private readonly Limits _limits;
    private readonly ContentListCheck? _lists;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<TreeId, TreeFacts> _known = [];
    private readonly Dictionary<TreeId, Part> _parts = [];

    public TreeSurvey(IObjectSource store, Limits limits, CancellationToken cancellation = default)
        : this(store, limits, null, cancellation)
    {
    }

    /// <param name="lists">Given the list of each large file.</param>
    internal TreeSurvey(IObjectSource store, Limits limits, ContentListCheck? lists, CancellationToken cancellation)
    {
        (_store, _limits, _lists, _cancellation) = (store, limits, lists, cancellation);
    }

    /// <summary>Surveys a directory.</summary>
    /// <exception cref="CorruptStoreException">OBJ-009, OBJ-012: it is beyond the limits. Others: a tree below it is missing or
    /// damaged.</exception>
    public TreeFacts Of(TreeId tree)
    {
        if (_known.TryGetValue(tree, out TreeFacts facts))
            return facts;

        var open = new Stack<Visit>([Read(tree, 0)]);
        try
        {
            return Run(open);
        }
        catch (CorruptStoreException e) when (PathTo(open) is { Length: > 0 } path)
        {
            throw new CorruptStoreException(e.Code, $"'{path}': {e.Detail}", e);
        }
    }

    // Not by recursion: who makes trees by hand chooses how deep they are.
    private TreeFacts Run(Stack<Visit> open)
    {
        TreeFacts facts = default;
        while (open.TryPeek(out Visit? top))
        {
            if (top.Next == top.Children.Count)
            {
                _known[top.Tree] = facts = Accept(top);
                open.Pop();
                continue;
            }

            Child child = top.Children[top.Next];
            if (_known.TryGetValue(child.Tree, out TreeFacts below))
            {
                top.Facts = Join(top.Facts, child, below);
                top.Next++;
                continue;
            }

            Visit next = Read(child.Tree, top.Depth + (child.IsPart ? 0 : 1));
            if (child.IsPart && next.Level >= top.Level)
                TreeReader.CheckChild(child.Tree, top.Level, default, next.Level, default);
            if (next.Depth > _limits.MaxDirectoryDepth)
                throw TooDeep(top.Tree);
            open.Push(next);
        }

        return facts;
    }

    // What the walk stands before.
    private static string PathTo(IEnumerable<Visit> open)
    {
        var path = new StringBuilder();
        foreach (Visit visit in open.Reverse().Where(visit => visit.Next < visit.Children.Count && !visit.Children[visit.Next].IsPart))
        {
            if (path.Length > MaxShownPath)
                return path.Append("/…").ToString();
            path.Append('/').Append(Encoding.UTF8.GetString(visit.Children[visit.Next].Name));
        }

        return path.ToString();
    }

    private Visit Read(in TreeId tree, int depth)
    {
        _cancellation.ThrowIfCancellationRequested();
        var view = TreeNodeView.Open(_store.ReadPayload(tree.Value, ObjectKind.Tree).Span, tree);
        var children = new List<Child>();
        int longest = 0, files = 0;
        bool hasLinks = false;
        while (view.Next())
        {
            if (view.Level > 0)
            {
                children.Add(new Child(view.Child, view.Name.ToArray(), IsPart: true));
                continue;
            }

            longest = Math.Max(longest, view.Name.Length);
            switch (view.Entry.Type)
            {
                case TreeEntryType.Directory:
                    children.Add(new Child(view.Entry.Tree, view.Name.ToArray(), IsPart: false));
                    break;
                case TreeEntryType.HardLink:
                    hasLinks = true;
                    files++;
                    break;
                case TreeEntryType.File:
                    if (view.Entry.List is { } list)
                        _lists?.Check(tree, list, view.Entry.Size, view.Entry.Sha256);
                    files++;
                    break;
            }
        }

        return new Visit(tree, view.Level, depth,
            children)
        { Facts = new TreeFacts(view.Level == 0 ? view.Count : 0, files, 0, longest, hasLinks) };
    }

    private static TreeFacts Join(in TreeFacts sum, in Child child, in TreeFacts below) => child.IsPart
        ? new TreeFacts(sum.Names + below.Names, sum.Files + below.Files, Math.Max(sum.Depth, below.Depth),
            Math.Max(sum.PathLength, below.PathLength), sum.HasHardLinks | below.HasHardLinks)
        : new TreeFacts(
            sum.Names + below.Names,
            sum.Files + below.Files,
            Math.Max(sum.Depth, below.Depth + 1),
            Math.Max(sum.PathLength, child.Name.Length + (below.PathLength > 0 ? 1 + below.PathLength : 0)),
            sum.HasHardLinks | below.HasHardLinks);

    private TreeFacts Accept(Visit visit)
    {
        CheckParts(visit);
        TreeFacts facts = visit.Facts;
        if (facts.Depth > _limits.MaxDirectoryDepth)
            throw TooDeep(visit.Tree);
        if (facts.PathLength > _limits.MaxPathLength)
            throw new CorruptStoreException("OBJ-009",
                $"tree {visit.Tree}: a path below it has {facts.PathLength} bytes, at most {_limits.MaxPathLength} allowed; run mig fsck");
        if (facts.Names > _limits.MaxDirectoryEntries)
            throw new CorruptStoreException(
                "OBJ-012",
                $"tree {visit.Tree}: below it are {facts.Names:N0} names or more, those of equal directories counted in each place, at "
                + $"most {_limits.MaxDirectoryEntries:N0} allowed; if a volume really has so many, raise core.maxEntries");
        return facts;
    }

    private CorruptStoreException TooDeep(in TreeId tree) =>
        new("OBJ-009", $"tree {tree}: directories are nested more than {_limits.MaxDirectoryDepth} deep; run mig fsck");

    // Names ascend through all parts of a large directory.
    private void CheckParts(Visit visit)
    {
        ReadOnlySpan<byte> last = default;
        foreach (Child child in visit.Children)
        {
            if (!child.IsPart)
                return;
            Part part = Describe(child.Tree);
            TreeReader.CheckChild(child.Tree, visit.Level, child.Name, part.Level, part.First);
            if (last.SequenceCompareTo(part.First) >= 0)
                throw TreeReader.Overlapping(child.Tree);
            last = part.Last;
        }
    }

    private Part Describe(in TreeId tree)
    {
        if (_parts.TryGetValue(tree, out Part part))
            return part;
        var view = TreeNodeView.Open(_store.ReadPayload(tree.Value, ObjectKind.Tree).Span, tree);
        byte[] first = [], last = [];
        for (bool isFirst = true; view.Next(); isFirst = false)
        {
            if (isFirst)
                first = view.Name.ToArray();
        }

        // What is below it was surveyed before it, so this ends.
        last = view.Level > 0 ? Describe(view.Child).Last : view.Name.ToArray();
        return _parts[tree] = new Part(view.Level, first, last);
    }

    private readonly record struct Child(TreeId Tree, byte[] Name, bool IsPart);

    private readonly record struct Part(int Level, byte[] First, byte[] Last);

    private sealed class Visit(TreeId tree, int level, int depth, List<Child> children)
    {
        public TreeId Tree => tree;

        public int Level => level;

        /// <summary>Directories above this one.</summary>
        public int Depth => depth;

        public List<Child> Children => children;

        public int Next { get; set; }

        public TreeFacts Facts { get; set; }
    }
}
