using Mig.Core;
using Mig.Edits.Operations;
using Mig.History.Images;
using Mig.Machines.Files;
using Mig.Machines.Installing;
using Mig.Store;

namespace Mig.Edits.Packages;

/// <summary>
/// Installs Debian packages into a dormant image without running anything, where that leaves what dpkg would leave
/// (docs/decisions/0049-install.md).
/// </summary>
public sealed class PackageInstaller(Repository repository)
{
    /// <summary>Says what would become of packages in a version.</summary>
    /// <exception cref="ConflictException">Packages exclude each other, have the same file, or are older than what is there.</exception>
    /// <exception cref="CorruptImageException">DEB-001 to DEB-004, TAR-001 to TAR-010: a file is no package, or a damaged one.</exception>
    /// <exception cref="NotFoundException">A package is missing that one of these needs.</exception>
    public IReadOnlyList<PlannedPackage> Explain(InstallRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        MachineImage image = repository.Objects.ReadImage(
            repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(request.Edit.Branch)).Image);
        return Describe(Plan(image, request, cancellation).Plans);
    }

    /// <summary>Installs packages and commits the result, if none of them must run.</summary>
    /// <exception cref="ConflictException">As of <see cref="Explain"/>; or the branch moved meanwhile.</exception>
    /// <exception cref="CorruptImageException">As of <see cref="Explain"/>.</exception>
    /// <exception cref="NotFoundException">As of <see cref="Explain"/>; or there is no such branch.</exception>
    public InstallResult Install(InstallRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        IReadOnlyList<PlannedPackage> packages = [];
        var log = new EditLog();
        try
        {
            EditResult result = new ImageEditor(repository).Commit(request.Edit, edit =>
            {
                (MachineFiles files, DpkgState state, IReadOnlyList<PackagePlan> plans) = Plan(edit.Before, request, cancellation);
                packages = Describe(plans);
                if (packages.Any(package => package.Route == InstallRoute.MustRun))
                    throw new MustRunException();
                ImageVolume root = files.Mounts[0].Volume;
                var nodes = new NodeWriter(
                    edit.OpenVolume(edit.Before.Disks.First(disk => disk.Volumes.Contains(root)), root), log, edit.Clock);
                new DebInstaller(nodes, state, Path.Combine(repository.Store.Folder, ObjectStore.TemporaryFolder))
                    .Install(plans, cancellation);
            }, cancellation);
            return new InstallResult(packages, result, log);
        }
        catch (MustRunException)
        {
            return new InstallResult(packages, null, log);
        }
    }

    private (MachineFiles Files, DpkgState State, IReadOnlyList<PackagePlan> Plans) Plan(
        MachineImage image, InstallRequest request, CancellationToken cancellation)
    {
        ImageVolume root = SystemVolume.FindDefault(repository.Store, image)
            ?? throw new NotFoundException($"{request.Edit.Branch} has no volume with an operating system");
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        DpkgState state = DpkgState.Read(files);
        IReadOnlyList<DebFile> packages = DebRelations.Sort([.. request.Files.Select(DebFile.Read)]);
        return (files, state, new InstallPlanner(files, state).Plan(packages, cancellation));
    }

    private static IReadOnlyList<PlannedPackage> Describe(IReadOnlyList<PackagePlan> plans) => [.. plans.Select(plan => plan.Describe())];

    // Ends an edit that is not to be.
    private sealed class MustRunException : Exception;
}
