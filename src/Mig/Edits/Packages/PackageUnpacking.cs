using Mig.Core;
using Mig.Edits.Operations;
using Mig.History.Images;
using Mig.Machines.Files;
using Mig.Machines.Installing;
using Mig.Store;

namespace Mig.Edits.Packages;

/// <summary>Packages on their way into one image, where mig may unpack them itself. For one thread.</summary>
internal sealed class PackageUnpacking
{
    private readonly Repository _repository;
    private readonly MachineImage _image;
    private readonly MachineFiles _files;
    private readonly InstallPlanner _planner;

    private PackageUnpacking(Repository repository, MachineImage image, MachineFiles files)
    {
        (_repository, _image, _files) = (repository, image, files);
        State = DpkgState.Read(files);
        _planner = new InstallPlanner(files, State);
    }

    /// <summary>What dpkg of the image knows.</summary>
    public DpkgState State { get; }

    /// <summary>What was planned, in the order in which packages are configured.</summary>
    public IReadOnlyList<PackagePlan> Plans { get; private set; } = [];

    /// <summary>Whether there is something to do, and nothing of it must run.</summary>
    public bool IsNative => Plans.Count > 0 && Plans.All(plan => plan.IsNative);

    /// <summary>The packages with their versions, for a message.</summary>
    public string Names => string.Join(", ", Plans.Select(plan => $"{plan.File.Control.Name} {plan.File.Control.Version}"));

    /// <param name="name">How the user called the image, for messages.</param>
    /// <exception cref="NotFoundException">It has no operating system.</exception>
    /// <exception cref="UnsupportedFeatureException">It has no dpkg.</exception>
    public static PackageUnpacking Open(Repository repository, MachineImage image, string name)
    {
        ImageVolume root = SystemVolume.FindDefault(repository.Store, image)
            ?? throw new NotFoundException($"{name} has no volume with an operating system");
        return new PackageUnpacking(repository, image, new MachineFiles(repository.Store, repository.Context.Parallelism, image, root));
    }

    /// <inheritdoc cref="InstallPlanner.Plan"/>
    public void Plan(IReadOnlyList<DebFile> packages, CancellationToken cancellation) => Plans = _planner.Plan(packages, cancellation);

    /// <summary>Unpacks what was planned, into an edit of the image.</summary>
    public void Apply(ImageEdit edit, EditLog log, CancellationToken cancellation)
    {
        ImageVolume root = _files.Mounts[0].Volume;
        ImageDisk disk = edit.Before.Disks[_image.Disks.ToList().FindIndex(disk => disk.Volumes.Contains(root))];
        var nodes = new NodeWriter(
            edit.OpenVolume(disk, disk.Volumes.First(volume => volume.Number == root.Number)), log, edit.Clock);
        new DebInstaller(nodes, State, Path.Combine(_repository.Store.Folder, ObjectStore.TemporaryFolder))
            .Install(Plans, _planner.LinkerCache, cancellation);
    }
}
