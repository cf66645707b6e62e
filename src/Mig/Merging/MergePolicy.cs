using Mig.History.Merging;
using Mig.History.Trees;

namespace Mig.Merging;

/// <summary>What a merge of one volume goes by: what its files mean, and what the user chose.</summary>
/// <param name="prefix">Of the volume, as paths begin with it.</param>
internal sealed class MergePolicy(ContentMerger merger, MergeContents contents, PackageSides packages, MergeChoices choices, string prefix) : IMergePolicy
{
    public IEnumerable<ReadOnlyMemory<byte>> SidedPaths => packages.Paths;

    public ContentMerge MergeContent(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs) =>
        merger.Merge(path, before, ours, theirs, choices.SideOf(MergeConflictPath.Of(prefix, path.Span)) is { } side && side == choices.Favored ? side : null, packages);

    public MergeSide? SideOf(ReadOnlyMemory<byte> path) => packages.SideOfPath(path.Span);

    public MergeResolution? Resolve(MergeConflict conflict)
    {
        string path = MergeConflictPath.Of(prefix, conflict.Path.Span);
        if (choices.Contents.TryGetValue(path, out byte[]? content))
        {
            TreeEntry made = contents.Add(content);
            TreeEntry like = conflict.Merged ?? conflict.Ours ?? conflict.Theirs ?? made with { Mode = 0x1A4 };
            return new MergeResolution(null, like with { Type = TreeEntryType.File, Size = made.Size, Sha256 = made.Sha256, List = null, LinkTarget = default });
        }

        return choices.SideOf(path) is { } side ? new MergeResolution(side) : null;
    }
}
