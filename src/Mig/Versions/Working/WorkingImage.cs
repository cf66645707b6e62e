using Mig.Core;
using Mig.Disks;
using Mig.History.Images;
using Mig.Images.Ingest;
using Mig.Images.Sessions;
using Mig.Store;
using Mig.Versions.Commits;

namespace Mig.Versions.Working;

/// <summary>
/// The disks of a machine as they are now, seen as an image that nobody committed: trees and layouts are in a scratch store, contents are
/// read from the disks, which stay open.
/// </summary>
public sealed class WorkingImage : IDisposable
{
    private readonly List<DiskImage> _disks = [];
    private readonly List<DiskContents> _contents = [];
    private readonly List<StatCache> _stats = [];
    private IDisposable? _owned;

    private WorkingImage(IReadOnlyList<string> paths) => Paths = paths;

    /// <summary>The disks, as they were given.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The id that a commit of the disks would give their image.</summary>
    public ImageId Id { get; private set; }

    /// <summary>What was found on each disk.</summary>
    public IReadOnlyList<DiskReport> Reports { get; private set; } = [];

    /// <summary>Reads disks.</summary>
    /// <param name="scratch">Receives what is found; the image reads from it as long as both are there.</param>
    /// <param name="repositoryFolder">Where quick reading finds what was there before; null when there is no repository.</param>
    /// <exception cref="NotFoundException">A disk does not exist.</exception>
    public static WorkingImage Read(ScratchStore scratch, string? repositoryFolder, IReadOnlyList<string> paths, RepositoryContext context,
        WorkingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        var working = new WorkingImage(paths);
        try
        {
            working.TakeIn(scratch, repositoryFolder, context, options, cancellation);
            return working;
        }
        catch
        {
            working.Dispose();
            throw;
        }
    }

    /// <summary>Takes a session's disks as they are now; what nobody wrote is not read.</summary>
    /// <param name="session">Owned from then on; still the caller's when this throws.</param>
    internal static WorkingImage Of(ScratchStore scratch, OpenSession session, RepositoryContext context, CancellationToken cancellation)
    {
        var working = new WorkingImage([$"session {session.Name}"]);
        var ingest = new IngestSession(scratch.Below, scratch, NoProgress.Instance, context.Parallelism, cancellation);
        IReadOnlyList<DiskImage> opened = session.OpenDisks();
        IReadOnlyList<IUnreadPlan> plans = session.PlanReading(scratch.Below!);
        try
        {
            var taken = opened.Select((disk, i) => working.TakeIn(scratch,
                contents => new DiskIngest(ingest, disk, disk.Name, false, context.Limits, session.Image.Disks[i], plans[i], contents),
                disk)).ToList();
            working.Finish(scratch, taken, session.Image.Attachments);
            working._owned = session;
            return working;
        }
        catch
        {
            working.Dispose();
            throw;
        }
    }

    /// <summary>Makes the next quick look at these disks quick, where a version has just what is on them.</summary>
    public void Remember(Repository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        MachineImage image = repository.Store.Contains(Id.Value) ? repository.Objects.ReadImage(Id) : new MachineImage([]);
        for (int i = 0; i < image.Disks.Count; i++)
        {
            if (image.Disks[i].Layout is not null && Reports[i].Disturbance.Length == 0)
                _stats[i].Write(repository.Folder, image.Disks[i]);
        }
    }

    public void Dispose()
    {
        _contents.ForEach(contents => contents.Dispose());
        _disks.ForEach(disk => disk.Dispose());
        _owned?.Dispose();
    }

    private void TakeIn(ScratchStore scratch, string? repositoryFolder, RepositoryContext context, WorkingOptions options,
        CancellationToken cancellation)
    {
        _disks.AddRange(DiskOpener.Open(
            Paths, options.InputFormat, options.AllowedFolders, repositoryFolder, context.Limits, options.Progress, null, cancellation));
        var rest = new DiskRest(_disks);
        IReadOnlyList<string> names = DiskNames.Choose([.. _disks.Select(disk => disk.Name)]);
        var session = new IngestSession(scratch.Below, scratch, options.Progress, context.Parallelism, cancellation);
        var taken = new List<(ImageDisk Disk, DiskReport Report)>();
        for (int i = 0; i < _disks.Count; i++)
        {
            List<ImageDisk> before = [.. options.Before.Select(image => DiskNames.FindBefore(image.Disks, names, i)).OfType<ImageDisk>()];
            (ImageDisk? known, QuickPlan? plan) = (before.FirstOrDefault(), null);
            for (int candidate = 0; options.Quick && plan is null && candidate < before.Count; candidate++)
            {
                plan = QuickPlan.Create(scratch.Below!, repositoryFolder!, before[candidate], _disks[i].Content.Length);
                known = plan is null ? known : before[candidate];
            }

            taken.Add(TakeIn(scratch, contents =>
                new DiskIngest(session, _disks[i], names[i], options.DiscardFree, context.Limits, known, plan, contents), _disks[i]));
        }

        // A commit would keep what the version below has beside its disks.
        Finish(scratch, taken, options.Before.Count == 0 ? null : options.Before[0].Attachments);
        Reports = [.. Reports.Select(rest.Note)];
    }

    private (ImageDisk Disk, DiskReport Report) TakeIn(ScratchStore scratch, Func<DiskContents, DiskIngest> begin, DiskImage disk)
    {
        var contents = new DiskContents(scratch, disk.Content);
        _contents.Add(contents);
        DiskIngest ingest = begin(contents);
        (ImageDisk Disk, DiskReport Report) taken = ingest.Run();
        scratch.AddPlaces(contents);
        _stats.Add(ingest.Stats);
        return taken;
    }

    private void Finish(ScratchStore scratch, IReadOnlyList<(ImageDisk Disk, DiskReport Report)> taken, TreeId? attachments)
    {
        Id = new MachineImage([.. taken.Select(item => item.Disk)]) { Attachments = attachments }.Write(scratch);
        Reports = [.. taken.Select(item => item.Report)];
    }
}
