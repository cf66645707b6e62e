using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Machines.Sealing;

namespace Mig.Edits.Sealing;

/// <summary>
/// Makes a golden image of a used one: what only this one machine should have goes, as with virt-sysprep, and nothing is started for it.
/// </summary>
public sealed class ImageSealer(Repository repository)
{
    /// <summary>Seals a version and commits the result.</summary>
    /// <exception cref="NotFoundException">There is no such branch or operation, or no system in the image.</exception>
    /// <exception cref="UnsupportedFeatureException">A file system that holds what must go cannot be changed.</exception>
    public SealReport Run(SealRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        IReadOnlyList<SealOperation> operations = Choose(request.Enabled, request.Disabled);
        SealReport? report = null;
        EditResult result = new ImageEditor(repository).Commit(
            request.Edit, edit => report = Apply(edit, request.Edit.Branch, operations, cancellation), cancellation);
        return report! with { Edit = result };
    }

    /// <summary>Does what is done by default to an image that is not committed.</summary>
    /// <param name="name">What the image is called, for messages.</param>
    internal SealReport Apply(ImageEdit edit, string name, CancellationToken cancellation) =>
        Apply(edit, name, Choose(null, []), cancellation);

    private SealReport Apply(ImageEdit edit, string name, IReadOnlyList<SealOperation> operations, CancellationToken cancellation)
    {
        var nothing = new EditResult(null, null, "", 0, 0, 0);
        if (!ImageVolumes.WithFiles(edit.Before).Any())
            return new SealReport(nothing, [], 0, JudgeForSecrets(new CoverageReader(repository.Store).ReadWithout(edit.Before)));
        ImageVolume root = SystemVolume.FindDefault(repository.Store, edit.Before)
            ?? throw new NotFoundException($"{name} has no volume with an operating system");
        var machine = new MachineFiles(repository.Store, repository.Context.Parallelism, edit.Before, root);
        ImageCoverage coverage = JudgeForSecrets(new CoverageReader(repository.Store).Read(edit.Before, root, machine, isChosen: false));
        var files = new SealedFiles(edit, machine);
        var paths = new List<SealedPath>();
        long zeroed = 0;
        foreach (SealOperation operation in operations)
        {
            cancellation.ThrowIfCancellationRequested();
            paths.AddRange(files.Run(operation));
            if (operation.Name == SealOperations.FreeSpace)
                zeroed += ZeroFree(edit);
        }

        return new SealReport(nothing, paths, zeroed, coverage);
    }

    // Swap has no packages, but what memory held may be a secret; a snap has packages, and no secrets.
    private static ImageCoverage JudgeForSecrets(ImageCoverage coverage) => new([.. coverage.Unseen.Select(part => part.Kind switch
    {
        UnseenKind.Swap when part.HasContent => part with { Matters = true },
        UnseenKind.Bundle => part with { Matters = BundledSoftware.HoldsSecrets(part) },
        _ => part,
    })]);

    private long ZeroFree(ImageEdit edit)
    {
        long bytes = 0;
        foreach ((ImageDisk disk, ImageVolume volume) in ImageVolumes.WithFiles(edit.Before))
        {
            try
            {
                bytes += edit.ZeroFree(disk, volume);
            }
            catch (MigException e) when (e is UnsupportedFeatureException
                or RefusedOperationException { Reason: RefusalReason.FreeSpaceInUse })
            {
                repository.Context.Notice($"the free space of volume {volume.Number} of {disk.Name} is left as it is: {e.Message}");
            }
        }

        return bytes;
    }

    private static IReadOnlyList<SealOperation> Choose(IReadOnlyList<string>? enabled, IReadOnlyList<string> disabled)
    {
        IEnumerable<string> known = SealOperations.All.Select(operation => operation.Name);
        foreach (string name in (enabled ?? []).Concat(disabled))
        {
            if (!known.Contains(name))
                throw new NotFoundException(
                    $"there is no operation '{name}'; 'mig seal --list' names them.{NearNames.Suggest(name, known)}");
        }

        // Free space comes last, whatever was taken before it.
        return [.. SealOperations.All.Where(operation =>
            (enabled?.Contains(operation.Name) ?? operation.IsDefault) && !disabled.Contains(operation.Name))
            .OrderBy(operation => operation.Name == SealOperations.FreeSpace)];
    }
}
