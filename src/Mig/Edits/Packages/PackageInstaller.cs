using Mig.Core;
using Mig.History.Images;
using Mig.Machines.Installing;

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
        PackageUnpacking unpacking = Open(Read(request), request);
        unpacking.Plan(Choose(request, unpacking.State), cancellation);
        return Describe(unpacking.Plans, null, new EditLog());
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
        PackageUnpacking unpacking = Open(image, request);
        unpacking.Plan(Choose(request, unpacking.State), cancellation);
        var log = new EditLog();
        if (!unpacking.IsNative)
            return Describe(unpacking.Plans, null, log);
        EditRequest commit = request.Edit with { Message = $"{request.Edit.Message}\n\nMig-Install: {unpacking.Names}\n" };
        EditResult result = new ImageEditor(repository).Commit(commit, edit =>
        {
            if (!ImageEditor.IsSame(image, edit.Before))
                throw new ConflictException($"{request.Edit.Branch} moved meanwhile; nothing was installed");
            unpacking.Apply(edit, log, cancellation);
        }, cancellation);
        return Describe(unpacking.Plans, result, log);
    }

    private MachineImage Read(InstallRequest request) => repository.Objects.ReadImage(
        repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(request.Edit.Branch)).Image);

    private PackageUnpacking Open(MachineImage image, InstallRequest request) =>
        PackageUnpacking.Open(repository, image, request.Edit.Branch);

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
