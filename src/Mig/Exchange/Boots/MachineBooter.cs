using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Images.Sessions;
using Mig.Store.Packs;

namespace Mig.Exchange.Boots;

/// <summary>Starts versions as machines, by QEMU, straight from the repository; what they write goes into sessions.</summary>
/// <remarks>A machine is confined to its disks: it shares no folder with this one, and has no network unless that is asked for.</remarks>
public sealed class MachineBooter(Repository repository)
{
    private const long LeastMemory = 16 << 20;
    private const long DefaultMemory = 1L << 30;
    private const int MostDisks = 24; // each takes a place on the bus of the machine
    private const long CacheSize = 256 << 20;

    /// <summary>Starts a machine.</summary>
    /// <exception cref="NotFoundException">There is no such version or session.</exception>
    /// <exception cref="ConflictException">The session is in use, or stands on another version.</exception>
    /// <exception cref="UnsupportedFeatureException">Nothing on its disks starts a machine, or this machine lacks QEMU or
    /// firmware.</exception>
    public BootedMachine Start(BootRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);

        // With room for what the machine reads again and again.
        // What it waits for is fetched after Ctrl-C, too: to power down, a system reads.
        var fetches = new CancellationTokenSource();
        Repository own = Repository.Open(repository.Folder,
            repository.Context with { Frames = new FrameCache(CacheSize), Interruption = () => fetches.Token });
        try
        {
            var sessions = new BootSessions(own);
            BootChoice choice = sessions.Choose(request);
            sessions.Begin(choice);
            var watch = new BootWatch(own, request, choice.Base, CacheSize, fetches);
            OpenSession session = own.Sessions.Open(choice.Name, watch.Watch);
            try
            {
                watch.Start();
                BootPlan plan = Plan(request, choice.Name, session.Image, session.Disks, session.IsWritten, isChecked: true);
                QemuProgram program = QemuProgram.Find(plan.Architecture, own.Context.Environment);
                return new BootedMachine(own, request, choice, session, watch, plan, program);
            }
            catch
            {
                watch.Dispose();
                session.Dispose();
                if (choice.Existing is null)
                    own.Sessions.Discard(choice.Name); // it holds nothing
                throw;
            }
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>Returns the words that <see cref="Start"/> would start QEMU with; starts and writes nothing.</summary>
    /// <inheritdoc cref="Start" path="//exception"/>
    public IReadOnlyList<string> Describe(BootRequest request) => Look(request, isChecked: true, (plan, _, _) =>
    {
        QemuProgram program = QemuProgram.Find(plan.Architecture, repository.Context.Environment);
        return (IReadOnlyList<string>)[program.Path, .. QemuCommand.Build(plan, BootFolder.Shown, program.IsConfined)];
    });

    /// <summary>Writes the machine as a domain of libvirt, whose disks are those that a <c>mig serve --nbd</c> serves.</summary>
    /// <param name="socket">Where that listens.</param>
    /// <inheritdoc cref="Start" path="//exception"/>
    public MachineDescription DescribeLibvirt(BootRequest request, string socket) => Look(request, isChecked: false,
        (plan, choice, image) =>
        {
            IReadOnlyList<string> commands = new DescriptionCommands(repository.Folder, image, plan, choice).ForLibvirt(socket);
            return new MachineDescription(LibvirtDomain.Write(plan, choice, commands, socket), commands);
        });

    /// <summary>Writes the machine as a configuration of Firecracker, with files in the folder that it is started in.</summary>
    /// <inheritdoc cref="Start" path="//exception"/>
    public MachineDescription DescribeFirecracker(BootRequest request) => Look(
        request with { Firmware = BootFirmware.Kernel, HasWindow = false }, isChecked: false,
        (plan, choice, image) => new MachineDescription(
            FirecrackerMachine.Write(plan), new DescriptionCommands(repository.Folder, image, plan, choice).ForFirecracker()));

    private T Look<T>(BootRequest request, bool isChecked, Func<BootPlan, BootChoice, MachineImage, T> write)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        BootChoice choice = new BootSessions(repository).Choose(request);
        if (choice.Existing is not null)
        {
            using OpenSession session = repository.Sessions.Open(choice.Name);
            return write(Plan(request, choice.Name, session.Image, session.Disks, session.IsWritten, isChecked), choice, session.Image);
        }

        MachineImage image = repository.Objects.ReadImage(repository.Objects.ReadCommit(choice.Base).Image);
        List<IByteSource> disks = [.. image.Disks.Select(disk => new StoredDisk(repository.Store, disk.Layout, disk.Length))];
        return write(Plan(request, choice.Name, image, disks, isWritten: false, isChecked), choice, image);
    }

    // isChecked: it is to run on this machine.
    private BootPlan Plan(BootRequest request, string name, MachineImage image, IReadOnlyList<IByteSource> disks, bool isWritten,
        bool isChecked)
    {
        if (disks.Count > MostDisks)
            throw new UnsupportedFeatureException("starting this version", $"it has {disks.Count} disks, at most {MostDisks} have a place");
        SuspendedMachine? suspended = isChecked ? new Suspensions(repository).Find(request, image, isWritten) : null;
        if (suspended is not null)
            request = suspended.ApplyTo(request);
        BootWay way = new BootFinder(repository.Context.Limits).Find(disks, request.Firmware);
        bool isAccelerated = isChecked ? Accelerates(request, way) : request.Acceleration != BootAcceleration.Tcg;
        suspended?.Check(way.Architecture, QemuProgram.Find(way.Architecture, repository.Context.Environment), isAccelerated);
        return new BootPlan
        {
            Way = way,
            Exports = [.. disks.Select((_, i) => name + Serving.ExportName.SuffixOf(i + 1))],
            Bus = request.Bus ?? (IsWindows(image) ? BootBus.Sata : BootBus.Virtio),
            IsAccelerated = isAccelerated,
            MemoryMegabytes = (request.Memory ?? DefaultMemory) >> 20,
            Processors = request.Processors ?? Math.Clamp(repository.Context.Parallelism, 1, 2),
            HasNetwork = request.HasNetwork || request.Forwards.Count > 0 || suspended?.HasNetwork == true,
            IsIsolated = suspended?.HasNetwork == true && !request.HasNetwork && request.Forwards.Count == 0,
            Forwards = request.Forwards,
            HasScreen = suspended?.HasScreen ?? request.HasWindow,
            HasWindow = request.HasWindow && suspended?.HasScreen != false,
            CanSuspend = suspended is not null || request.Suspends,
            Suspended = suspended,
            KernelParameters = way.Kernel is null ? "" : string.Join(' ', ((string[])
                [$"root={way.Kernel.Root}", "ro", request.HasWindow ? "console=tty0" : $"console={way.Architecture.SerialDevice}",
                    request.KernelParameters]).Where(word => word.Length > 0)),
            Firmware = isChecked && way.Firmware == BootFirmware.Uefi ? FirmwareFiles.Find(way.Architecture) : null,
        };
    }

    private static bool Accelerates(BootRequest request, BootWay way)
    {
        if (request.Acceleration == BootAcceleration.Tcg)
            return false;
        string? fault = QemuProgram.FindKvmFault(way.Architecture);
        if (fault is null)
            return true;
        if (request.Acceleration == BootAcceleration.Kvm)
            throw new UnsupportedFeatureException("KVM", $"{fault}; --accel tcg does without, 10 to 50 times slower");
        request.Say($"QEMU does the work of the processor, 10 to 50 times slower: {fault}");
        return false;
    }

    // Windows starts from disks that it has drivers for, and has none of virtio.
    private static bool IsWindows(MachineImage image)
    {
        List<string> types = [.. image.Disks.SelectMany(disk => disk.Volumes).Select(volume => volume.FileSystem)];
        return types.Contains("ntfs")
            && !types.Exists(type => type.StartsWith("ext", StringComparison.Ordinal) || type is "xfs" or "btrfs");
    }

    private static void Check(BootRequest request)
    {
        if (request.Memory < LeastMemory)
            throw new UsageException($"a machine needs at least 16m of memory, not {request.Memory} bytes");
        if (request.Processors is < 1 or > 255)
            throw new UsageException($"a machine has 1 to 255 processors, not {request.Processors}");
        if (request.KernelParameters.AsSpan().ContainsAny('\n', '\0'))
            throw new UsageException("what the kernel is told is one line");
    }
}
