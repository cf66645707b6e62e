using Mig.Core;
using Mig.Git.Exporting;
using Mig.Git.Objects;
using Mig.Store;

namespace Mig.Git.Importing;

/// <summary>
/// Says of commits of Git which version they are. What the trailer of a commit claims counts when this repository noted it, or when the
/// version, published anew, comes out as that commit.
/// </summary>
internal sealed class PublishedCommits(Repository repository, GitExportOptions options, CancellationToken cancellation)
{
    private readonly Dictionary<GitId, CommitId> _known = PublishedVersions.ReadAll(repository.Folder);
    private readonly HashSet<CommitId> _tried = [];

    /// <summary>Returns the version that a commit is; null when it is none.</summary>
    public CommitId? Find(GitCommit commit)
    {
        if (_known.TryGetValue(commit.Id, out CommitId version))
            return Exists(version) ? version : null;
        if (VersionText.ReadTrailer(commit.Message) is not { } claimed || !Exists(claimed) || !_tried.Add(claimed))
            return null;
        Prove(claimed);
        return _known.TryGetValue(commit.Id, out version) ? version : null;
    }

    private bool Exists(CommitId version) => repository.Objects.GetKind(version.Value) == ObjectKind.Commit;

    private void Prove(CommitId claimed)
    {
        string scratch = Path.Combine(repository.Folder, ObjectStore.TemporaryFolder, $"git-{Guid.NewGuid():n}");
        try
        {
            using GitFolder folder = GitFolder.OpenOrCreate(scratch);
            using var versions = new VersionPublisher(repository, folder, options, cancellation);
            versions.Publish([claimed]);
            foreach (PublishedVersion version in versions.Published)
            {
                _known[version.Id] = version.Commit;
                _tried.Add(version.Commit);
            }
        }
        finally
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }
    }
}
