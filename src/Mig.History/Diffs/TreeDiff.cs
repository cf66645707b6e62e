using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Diffs;

/// <summary>
/// Compares two trees in lockstep. What has the same id on both sides is the same and is not read, nodes of split directories included, so
/// the work is that of what differs.
/// </summary>
/// <remarks>
/// Hard links are followed where their own entry differs. A file with several names that changed is found under its first name only: the
/// entries of the others say where it stands, and that is as it was.
/// </remarks>
public sealed class TreeDiff(IObjectSource store, PathLimits limits)
{
    /// <summary>What the trees may hold.</summary>
    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>Whether hard links stand for the file that they name; else they are entries of their own, without content.</summary>
    public bool FollowsLinks { get; init; } = true;

    /// <summary>Returns what differs, each directory before what is in it, sorted by the bytes of the names.</summary>
    /// <param name="before">The root of the earlier volume; null when there is none.</param>
    /// <param name="after">The root of the later volume.</param>
    /// <exception cref="CorruptStoreException">A tree is missing or damaged.</exception>
    public IReadOnlyList<TreeChange> Compare(TreeEntry? before, TreeEntry? after)
    {
        var changes = new List<TreeChange>();
        Visit(before, after, change =>
        {
            changes.Add(change);
            return true;
        });
        return changes;
    }

    /// <summary>Visits what differs, in the order of <see cref="Compare"/>, until the visitor has seen enough.</summary>
    /// <param name="before">The root of the earlier volume; null when there is none.</param>
    /// <param name="after">The root of the later volume.</param>
    /// <param name="visit">Returns false to stop.</param>
    /// <returns>False when it was stopped.</returns>
    /// <exception cref="CorruptStoreException">A tree is missing or damaged.</exception>
    public bool Visit(TreeEntry? before, TreeEntry? after, Func<TreeChange, bool> visit)
    {
        ArgumentNullException.ThrowIfNull(visit);
        TreeId[] roots = [.. new[] { before, after }.Where(root => root is { Type: TreeEntryType.Directory }).Select(root => root!.Tree)];
        var run = new Run(store, limits, before, after, FollowsLinks, visit, new WalkGuard(store, Limits, roots));
        run.CompareEntries(default, before, after, 0);
        return !run.IsStopped;
    }

    private sealed class Run(IObjectSource store, PathLimits limits, TreeEntry? rootBefore, TreeEntry? rootAfter, bool followsLinks,
        Func<TreeChange, bool> visit, WalkGuard guard)
    {
        public bool IsStopped { get; private set; }

        public void CompareEntries(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry? after, int depth)
        {
            guard.Meet(depth - 1, path.Span);
            if (limits.Includes(path.Span))
                AddChange(path, before, after);
            TreeId? left = before is { Type: TreeEntryType.Directory } ? before.Tree : null,
                right = after is { Type: TreeEntryType.Directory } ? after.Tree : null;
            if (left != right && !IsStopped && limits.MayIncludeBelow(path.Span))
                CompareDirectories(path, left, right, depth);
        }

        private void CompareDirectories(ReadOnlyMemory<byte> path, TreeId? before, TreeId? after, int depth)
        {
            var left = new TreeCursor(store, before);
            var right = new TreeCursor(store, after);
            while (!IsStopped && (!left.IsAtEnd || !right.IsAtEnd))
            {
                if (SkipOrOpen(left, right))
                    continue;
                int order = left.IsAtEnd ? 1 : right.IsAtEnd ? -1 : left.Name.Span.SequenceCompareTo(right.Name.Span);
                TreeEntry? oldEntry = order <= 0 ? left.Entry : null, newEntry = order >= 0 ? right.Entry : null;
                CompareEntries(TreePath.Join(path.Span, (oldEntry ?? newEntry)!.Name.Span), oldEntry, newEntry, depth + 1);
                if (order <= 0)
                    left.Skip();
                if (order >= 0)
                    right.Skip();
            }
        }

        // Deals with whole nodes, until both sides stand before entries, or one does and its name comes before the other's node.
        private static bool SkipOrOpen(TreeCursor left, TreeCursor right)
        {
            bool isLeftNode = !left.IsAtEnd && left.Entry is null, isRightNode = !right.IsAtEnd && right.Entry is null;
            if (!isLeftNode && !isRightNode)
                return false;
            if (isLeftNode && isRightNode && left.Node == right.Node)
            {
                left.Skip();
                right.Skip();
                return true;
            }

            int order = left.IsAtEnd ? 1 : right.IsAtEnd ? -1 : left.Name.Span.SequenceCompareTo(right.Name.Span);
            if (isLeftNode && isRightNode)
            {
                // The later node may be one that the other side comes to yet.
                bool opensLeft = order < 0 || (order == 0 && left.NodeLevel >= right.NodeLevel), opensRight = order > 0
                    || (order == 0 && right.NodeLevel >= left.NodeLevel);
                if (opensLeft)
                    left.Open();
                if (opensRight)
                    right.Open();
                return true;
            }

            if (isLeftNode && order <= 0)
                left.Open();
            else if (isRightNode && order >= 0)
                right.Open();
            else
                return false;
            return true;
        }

        private void AddChange(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry? after)
        {
            TreeEntry? left = before is null ? null : Follow(rootBefore, before), right = after is null ? null : Follow(rootAfter, after);
            if (left is null || right is null)
            {
                if (left is not null || right is not null)
                    Report(new TreeChange(path, left, right, left is null ? ChangeKinds.Added : ChangeKinds.Removed));
                return;
            }

            bool isLinkBefore = before!.Type == TreeEntryType.HardLink, isLinkAfter = after!.Type == TreeEntryType.HardLink;
            if (isLinkBefore && isLinkAfter && before.LinkTarget.Span.SequenceEqual(after.LinkTarget.Span))
                return;
            ChangeKinds kinds = EntryComparison.Compare(left, right);
            if (isLinkBefore || isLinkAfter)
                kinds |= ChangeKinds.HardLink;
            if (kinds != ChangeKinds.None)
                Report(new TreeChange(path, left, right, kinds));
        }

        private void Report(TreeChange change) => IsStopped = !visit(change);

        private TreeEntry Follow(TreeEntry? root, TreeEntry entry) =>
            followsLinks && entry.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(store, root!, entry) : entry;
    }
}
