using System.Text;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>
/// What merges of merge bases go by: a text in conflict keeps both sides between marks, as in Git; any other conflict becomes a content
/// that no version has, so that neither side counts as unchanged.
/// </summary>
internal sealed class BaseMergePolicy(ContentMerger merger, MergeContents contents) : IMergePolicy
{
    public IEnumerable<ReadOnlyMemory<byte>> SidedPaths => [];

    public IEnumerable<MergeContest> Contests => [];

    public IEnumerable<MergeNote> Notes => [];

    public ContentMerge MergeContent(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs) =>
        merger.Merge(path, before, ours, theirs, null, null, MachineSides.None);

    public MergeSide? SideOf(ReadOnlyMemory<byte> path) => null;

    public bool IsRename(MergeSide side, ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> now) => true;

    public MergeResolution? Resolve(MergeConflict conflict)
    {
        ArgumentNullException.ThrowIfNull(conflict);
        return new MergeResolution(null, conflict.Merged
            ?? contents.Add(Encoding.UTF8.GetBytes($"\0merge bases are in conflict: {conflict.Path.Length} {conflict.Kind}")));
    }
}
