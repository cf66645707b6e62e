using Mig.Core;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Store;
using Mig.Versions.Commits;

namespace Mig.Versions.Working;

/// <summary>Finds out what the names given to a comparison mean, versions or disks, and reads the disks.</summary>
/// <param name="repository">Null when there is none; then all names are disks.</param>
public sealed class SideChooser(Repository? repository, RepositoryContext context)
{
    private const string Form = "two versions are compared, a version and a disk, or two disks; paths stand after '--'";

    /// <summary>Opens both sides.</summary>
    /// <remarks>
    /// A single version is compared with the disk that HEAD's commit was made from, as Git compares with the working tree, or with HEAD
    /// when that disk is not known; a single disk with HEAD; nothing at all means HEAD and its disk. Several disks after a version, or
    /// before one, are one machine.
    /// </remarks>
    /// <exception cref="NotFoundException">A name is neither a version nor a disk.</exception>
    public ComparedSides Open(IReadOnlyList<string> names, WorkingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        List<(string Name, bool IsDisk)> sides = [.. names.Select(name => (name, IsDisk(name)))];
        List<string> disks = [.. sides.Where(side => side.IsDisk).Select(side => side.Name)];
        List<string> versions = [.. sides.Where(side => !side.IsDisk).Select(side => side.Name)];
        switch (versions.Count, disks.Count)
        {
            case (0, 0):
                return Open("HEAD", FindDisks() ?? throw new UsageException(
                    $"{Form}. Which disk HEAD was made from is not known here: name it"), false, options, cancellation);
            case (1, 0):
                return FindDisks() is { } known ? Open(versions[0], known, false, options, cancellation) : Open(versions[0], "HEAD");
            case (2, 0):
                return Open(versions[0], versions[1]);
            case (0, 1) when repository is not null:
                return Open("HEAD", disks, false, options, cancellation);
            case (0, 2):
                return Open(disks[0], disks[1], options, cancellation);
            case (1, > 0) when !sides[0].IsDisk || !sides[^1].IsDisk:
                return Open(versions[0], disks, sides[0].IsDisk, options, cancellation);
            default:
                throw new UsageException(Form + (repository is null ? "; there is no repository here" : ""));
        }
    }

    /// <summary>Compares a version with disks.</summary>
    /// <param name="areDisksBefore">Whether the disks are the earlier side.</param>
    public ComparedSides Open(string version, IReadOnlyList<string> disks, bool areDisksBefore, WorkingOptions options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImageId image = repository!.Revisions.ResolveImage(version);
        options = options with { DiscardFree = options.DiscardFree || HasDiscarded(version) };
        var scratch = new ScratchStore(repository.Store);
        WorkingImage working = WorkingImage.Read(scratch, repository.Folder, disks, context,
            options with { Before = [repository.Objects.ReadImage(image), .. HeadImage()] }, cancellation);
        return areDisksBefore
            ? new ComparedSides(scratch, context.Parallelism, working.Id, image) { DisksBefore = working }
            : new ComparedSides(scratch, context.Parallelism, image, working.Id) { DisksAfter = working };
    }

    /// <summary>Returns the disks that HEAD's commit was made from; null when they are not known.</summary>
    public IReadOnlyList<string>? FindDisks() =>
        repository?.Refs.ReadHead() is { Id: { } id } ? DiskPlaces.Find(repository.Folder, new CommitId(id)) : null;

    private ComparedSides Open(string before, string after) =>
        ComparedSides.Of(repository!, repository!.Revisions.ResolveImage(before), repository.Revisions.ResolveImage(after));

    private ComparedSides Open(string before, string after, WorkingOptions options, CancellationToken cancellation)
    {
        var scratch = new ScratchStore(repository?.Store);
        WorkingOptions known = options with { Before = [.. HeadImage()], Quick = options.Quick && repository is not null };
        WorkingImage first = WorkingImage.Read(scratch, repository?.Folder, [before], context, known, cancellation);
        try
        {
            WorkingImage second = WorkingImage.Read(scratch, repository?.Folder, [after], context, known, cancellation);
            return new ComparedSides(scratch, context.Parallelism, first.Id, second.Id) { DisksBefore = first, DisksAfter = second };
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private bool HasDiscarded(string version) =>
        repository!.Revisions.Resolve(version).Kind != ObjectKind.Image
            && DiskProvenance.HasDiscarded(repository.Objects.ReadCommit(repository.Revisions.ResolveCommit(version)));

    private IEnumerable<MachineImage> HeadImage()
    {
        if (repository?.Refs.ReadHead() is { Id: { } id })
            yield return repository.Objects.ReadImage(repository.Objects.ReadCommit(new CommitId(id)).Image);
    }

    // What looks like a path is one; else versions come first, and a file of the same name makes it unclear.
    private bool IsDisk(string name)
    {
        if (repository is null || name.StartsWith('/') || name.StartsWith("./", StringComparison.Ordinal)
            || name.StartsWith("../", StringComparison.Ordinal))
            return DiskPlaces.IsDisk(name) ? true
                : throw new NotFoundException(
                $"disk {name} does not "
                + $"exist{(repository is null ? ", and there is no repository here that could have such a version" : "")}");
        bool isDisk = DiskPlaces.IsDisk(name);
        try
        {
            repository.Revisions.Resolve(name);
        }
        catch (NotFoundException) when (isDisk)
        {
            return true;
        }
        catch (UsageException) when (isDisk)
        {
            return true;
        }

        return !isDisk ? false : throw new UsageException(
            $"'{name}' is both a version and a file; write ./{name} for the file, refs/heads/{name} or the id for the version");
    }
}
