using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.FileSystems;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Store;
using Mig.Versions.Compare;
using Mig.Versions.Merging;

namespace Mig.Images.Sessions;

/// <summary>Takes files of a session back to what the version below has: content, metadata, and whether they are there.</summary>
internal sealed class SessionRestore(Repository repository)
{
    /// <param name="paths">Files, directories with all in them, patterns; at least one.</param>
    /// <returns>What was taken back, sorted.</returns>
    /// <exception cref="UnsupportedFeatureException">The file system cannot be changed; the message names it.</exception>
    public IReadOnlyList<string> Run(OpenSession session, IReadOnlyList<PathSpec> paths, CancellationToken cancellation)
    {
        var restored = new List<string>();
        new SessionEdit(repository).Run(session, edit =>
        {
            var comparer = new ImageComparer(repository);
            foreach (LimitedVolume volume in comparer.FindVolumes(edit.Before, session.Image, paths).Where(volume =>
                volume.Pair is { Before.Root: not null, After.Root: not null }))
            {
                IReadOnlyList<MergeOperation> operations = FindOperations(volume);
                if (operations.Count == 0)
                    continue;
                IFileSystemWriter writer = edit.OpenVolume(volume.Pair.DiskBefore!, volume.Pair.Before!);
                operations = [.. FindParents(operations, writer, volume.Pair.After!.Root!), .. operations];
                new MergeApplier(writer, new MergeContents(new ScratchStore(repository.Store))).Apply(Sort(operations));
                restored.AddRange(operations.Select(operation => $"{volume.Prefix}/{Encoding.UTF8.GetString(operation.Path.Span)}"));
            }
        }, cancellation);
        restored.Sort(StringComparer.Ordinal);
        return restored;
    }

    // A name of several of a file shows the change of the file only when it is followed to it.
    private IReadOnlyList<MergeOperation> FindOperations(LimitedVolume volume)
    {
        (TreeEntry now, TreeEntry then) = (volume.Pair.Before!.Root!, volume.Pair.After!.Root!);
        List<MergeOperation> operations = [.. Compare(followsLinks: false)];
        HashSet<string> known = [.. operations.Select(KeyOf)];
        operations.AddRange(Compare(followsLinks: true).Where(operation => operation is { Before: not null, After: not null }
            && !known.Contains(KeyOf(operation))));
        return operations;

        IEnumerable<MergeOperation> Compare(bool followsLinks) =>
            new TreeDiff(repository.Store, volume.Limits) { FollowsLinks = followsLinks, Limits = repository.Context.Limits }
                .Compare(now, then).Select(change => new MergeOperation(change.Path, change.Before, change.After));
    }

    // Directories on the way that are gone come back, too.
    private List<MergeOperation> FindParents(IReadOnlyList<MergeOperation> operations, IFileSystemWriter writer, TreeEntry then)
    {
        HashSet<string> known = [.. operations.Select(KeyOf)];
        var parents = new List<MergeOperation>();
        foreach (MergeOperation operation in operations.Where(operation => operation.After is not null))
        {
            ReadOnlyMemory<byte> path = operation.Path;
            while (path.Span.LastIndexOf((byte)'/') is var slash and > 0)
            {
                path = path[..slash];
                if (writer.Find(path.Span) is not null || !known.Add(Encoding.Latin1.GetString(path.Span)))
                    break;
                parents.Add(new MergeOperation(path, null, TreeLookup.Find(repository.Store, then, path.Span)));
            }
        }

        return parents;
    }

    private static List<MergeOperation> Sort(IEnumerable<MergeOperation> operations) =>
        [.. operations.OrderBy(KeyOf, StringComparer.Ordinal)];

    private static string KeyOf(MergeOperation operation) => Encoding.Latin1.GetString(operation.Path.Span);
}
