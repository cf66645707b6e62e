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
    public InstallResult Explain(InstallRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        (MachineFiles files, DpkgState state) = Open(Read(request), request);
        return Describe(new InstallPlanner(files, state).Plan(Choose(request, state), cancellation), null, new EditLog());
    }

    /// <summary>Returns the files that are meant, in the order in which they are to be configured, and looks no further.</summary>
    public IReadOnlyList<string> FindFiles(InstallRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return [.. Choose(request, Open(Read(request), request).State).Select(package => package.Path)];
    }

    /// <summary>Installs packages and commits the result, if none of them must run.</summary>
    /// <exception cref="ConflictException">As of <see cref="Explain"/>; or the branch moved meanwhile.</exception>
    /// <exception cref="CorruptImageException">As of <see cref="Explain"/>.</exception>
    /// <exception cref="NotFoundException">As of <see cref="Explain"/>; or there is no such branch.</exception>
    public InstallResult Install(InstallRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        MachineImage image = Read(request);
        (MachineFiles files, DpkgState state) = Open(image, request);
        var planner = new InstallPlanner(files, state);
        IReadOnlyList<PackagePlan> plans = planner.Plan(Choose(request, state), cancellation);
        var log = new EditLog();
        if (plans.Count == 0 || plans.Any(plan => !plan.IsNative))
            return Describe(plans, null, log);
        string names = string.Join(", ", plans.Select(plan => $"{plan.File.Control.Name} {plan.File.Control.Version}"));
        EditRequest commit = request.Edit with { Message = $"{request.Edit.Message}\n\nMig-Install: {names}\n" };
        EditResult result = new ImageEditor(repository).Commit(commit, edit =>
        {
            if (!ImageEditor.IsSame(image, edit.Before))
                throw new ConflictException($"{request.Edit.Branch} moved meanwhile; nothing was installed");
            ImageVolume root = files.Mounts[0].Volume;
            ImageDisk disk = edit.Before.Disks[image.Disks.ToList().FindIndex(disk => disk.Volumes.Contains(root))];
            var nodes = new NodeWriter(
                edit.OpenVolume(disk, disk.Volumes.First(volume => volume.Number == root.Number)), log, edit.Clock);
            new DebInstaller(nodes, state, Path.Combine(repository.Store.Folder, ObjectStore.TemporaryFolder))
                .Install(plans, planner.LinkerCache, cancellation);
        }, cancellation);
        return Describe(plans, result, log);
    }

    private MachineImage Read(InstallRequest request) => repository.Objects.ReadImage(
        repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(request.Edit.Branch)).Image);

    private (MachineFiles Files, DpkgState State) Open(MachineImage image, InstallRequest request)
    {
        ImageVolume root = SystemVolume.FindDefault(repository.Store, image)
            ?? throw new NotFoundException($"{request.Edit.Branch} has no volume with an operating system");
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        return (files, DpkgState.Read(files));
    }

    private static IReadOnlyList<DebFile> Choose(InstallRequest request, DpkgState state)
    {
        IEnumerable<string> chosen = request.Files;
        if (request.Folder is { } path)
        {
            var folder = new DebFolder(path, state.Architecture);
            chosen = chosen.Concat(folder.Find(request.Names, state)).Concat(request.Upgrades ? folder.FindNewer(state) : []);
        }

        return DebRelations.Sort([.. chosen.Distinct(StringComparer.Ordinal).Select(DebFile.Read)]);
    }

    private static InstallResult Describe(IReadOnlyList<PackagePlan> plans, EditResult? edit, EditLog log) =>
        new([.. plans.Select(plan => plan.Describe())], edit, [.. plans.Select(plan => plan.File.Path)], log);
}
