using System.Collections.Concurrent;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Merging;

/// <summary>Differences between trees that many merges need: each pair is compared once. For several threads.</summary>
public sealed class MergeCache(IObjectSource store)
{
    private readonly ConcurrentDictionary<(TreeId? Before, TreeId After), Lazy<ChangeSet>> _changes = [];

    /// <summary>Returns what differs below two roots; the roots themselves are not compared.</summary>
    internal ChangeSet Compare(TreeId? before, TreeId after) =>
        _changes.GetOrAdd((before, after), key => new Lazy<ChangeSet>(() => new ChangeSet(
            key.Before == key.After ? [] : new TreeDiff(store, PathLimits.None) { FollowsLinks = false }.Compare(
                key.Before is { } tree ? Root(tree) : null, Root(key.After))))).Value;

    private static TreeEntry Root(TreeId tree) => new() { Name = default, Type = TreeEntryType.Directory, Tree = tree };
}
