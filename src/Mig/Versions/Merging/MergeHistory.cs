using System.Collections.Concurrent;
using Mig.Core;
using Mig.History.Images;

namespace Mig.Versions.Merging;

/// <summary>What merges need of the history: images, each read once, and what two versions come from.</summary>
internal sealed class MergeHistory(Repository repository, ImageMerger merger)
{
    private readonly ConcurrentDictionary<ImageId, Lazy<MachineImage>> _images = [];

    /// <summary>Returns the image of a commit, the same object each time.</summary>
    public MachineImage Read(CommitId commit) => Read(repository.Objects.ReadCommit(commit).Image);

    public MachineImage Read(ImageId image) =>
        _images.GetOrAdd(image, id => new Lazy<MachineImage>(() => repository.Objects.ReadImage(id))).Value;

    /// <summary>
    /// Returns what versions come from: the image of their best common ancestor; of several, as after a criss-cross, their merge.
    /// </summary>
    /// <param name="bases">Not empty.</param>
    public MachineImage MergeBases(IReadOnlyList<CommitId> bases)
    {
        MachineImage merged = Read(bases[0]);
        for (int i = 1; i < bases.Count; i++)
        {
            List<CommitId> before = [.. bases.Take(i).SelectMany(commit => repository.Walk.MergeBases(commit, bases[i])).Distinct()];
            before.RemoveAll(commit => before.Exists(other => other != commit && repository.Walk.IsAncestor(commit, other)));
            if (before.Count > 0)
                merged = merger.MergeBases(MergeBases(before), merged, Read(bases[i]));
        }

        return merged;
    }
}
