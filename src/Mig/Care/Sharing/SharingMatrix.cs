using Mig.Core;
using Mig.Images.Browse;
using Mig.Machines.Coverage;

namespace Mig.Care.Sharing;

/// <summary>How many bytes each two of some images share.</summary>
/// <param name="Names">How the images are called.</param>
/// <param name="Shared">A row for each image: what it shares with each; with itself, all of its content.</param>
public sealed record SharingMatrix(IReadOnlyList<string> Names, IReadOnlyList<long[]> Shared)
{
    /// <summary>Measures some images.</summary>
    /// <param name="coverage">Takes the images that are damaged, which are left out.</param>
    public static SharingMatrix Measure(Repository repository, IEnumerable<(string Name, ImageId Image)> images, AnswerCoverage coverage,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(coverage);
        var sharing = new ContentSharing(repository);
        var names = new List<string>();
        foreach ((string name, ImageId image) in images)
        {
            if (coverage.Try(VersionName.Of(name, image.Value), () => sharing.Add(image, cancellation)))
                names.Add(name);
        }

        return new SharingMatrix(names, [.. Enumerable.Range(0, names.Count).Select(sharing.SharedWith)]);
    }

    /// <summary>The part of one image's content that another has, 0 to 1.</summary>
    public double Part(int of, int with) => Shared[of][of] == 0 ? 0 : (double)Shared[of][with] / Shared[of][of];

    /// <summary>
    /// Groups images: two are in one group when they share at least a part of the smaller one's content, or when a chain of such pairs
    /// leads from one to the other (single linkage). The largest group comes first; within a group, the order of the matrix is kept.
    /// </summary>
    /// <param name="leastPart">0 to 1.</param>
    public IReadOnlyList<IReadOnlyList<int>> FindClusters(double leastPart)
    {
        int[] group = [.. Enumerable.Range(0, Names.Count)];
        for (int i = 0; i < group.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (group[i] == group[j] || Math.Max(Part(i, j), Part(j, i)) < leastPart)
                    continue;
                (int from, int to) = (Math.Max(group[i], group[j]), Math.Min(group[i], group[j]));
                for (int k = 0; k < group.Length; k++)
                    group[k] = group[k] == from ? to : group[k];
            }
        }

        return [.. Enumerable.Range(0, group.Length).GroupBy(i => group[i]).Select(members => (IReadOnlyList<int>)[.. members])
            .OrderByDescending(members => members.Count)];
    }
}
