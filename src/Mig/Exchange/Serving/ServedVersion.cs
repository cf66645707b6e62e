using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;

namespace Mig.Exchange.Serving;

/// <summary>A version whose disks are served.</summary>
internal sealed record ServedVersion(CommitId Commit, string Subject, MachineImage Image)
{
    /// <exception cref="CorruptStoreException">It is damaged.</exception>
    public static ServedVersion Read(Repository repository, CommitId id)
    {
        Commit commit = repository.Objects.ReadCommit(id);
        return new ServedVersion(id, commit.Subject, repository.Objects.ReadImage(commit.Image));
    }
}
