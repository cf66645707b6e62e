using Mig.Core;
using Mig.History.Merging;
using Mig.History.Merging.Text;
using Mig.History.Trees;

namespace Mig.History.Tests.Merging;

/// <summary>Merges texts by lines, as Git does, out of contents that it knows.</summary>
internal sealed class ModelPolicy(Dictionary<ObjectId, byte[]> contents) : IMergePolicy
{
    public Dictionary<string, MergeSide> Sides { get; } = [];

    public Func<MergeConflict, MergeResolution?> Resolution { get; set; } = _ => null;

    public IEnumerable<ReadOnlyMemory<byte>> SidedPaths =>
        Sides.Keys.Select(path => new ReadOnlyMemory<byte>(System.Text.Encoding.UTF8.GetBytes(path)));

    public IEnumerable<MergeContest> Contests => [];

    public IEnumerable<MergeNote> Notes => [];

    public ContentMerge MergeContent(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs)
    {
        TextMergeResult merged = TextMerge.Merge(before is null ? [] : contents[before.Sha256!.Value], contents[ours.Sha256!.Value],
            contents[theirs.Sha256!.Value], TextMergeOptions.Default);
        return new ContentMerge(ModelTree.File(merged.Text, contents), merged.Conflicts > 0 ? "both sides changed the same lines" : null);
    }

    public MergeSide? SideOf(ReadOnlyMemory<byte> path) =>
        Sides.TryGetValue(System.Text.Encoding.UTF8.GetString(path.Span), out MergeSide side) ? side : null;

    public bool IsRename(MergeSide side, ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> now) => true;

    public MergeResolution? Resolve(MergeConflict conflict) => Resolution(conflict);
}
