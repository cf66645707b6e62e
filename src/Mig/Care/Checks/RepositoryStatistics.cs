using Mig.Core;
using Mig.History.Graph;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Care.Checks;

/// <summary>Adds up what a repository holds. Shared parts are walked once or twice, however many branches share them.</summary>
public sealed class RepositoryStatistics(Repository repository)
{
    private const int Shared = -1;

    private readonly ObjectStore _store = repository.Store;
    private readonly ObjectMarks _owners = new(repository.Store);
    private readonly Dictionary<ImageId, (long Disk, long Used)> _imageSizes = [];
    private readonly Dictionary<ObjectId, long> _layoutSizes = [];
    private readonly TreeSurvey _survey = new(repository.Store, repository.Context.Limits);

    /// <summary>The branches that are damaged and left out, and the volumes whose files are not counted.</summary>
    public AnswerCoverage Coverage { get; } = new(repository);

    public StatisticsReport Run(CancellationToken cancellation = default)
    {
        IReadOnlyList<(RefName Name, CommitId Commit, ImageId Image)> branches = VersionTips.OfBranches(repository, Coverage);
        var owners = new List<int>();
        for (int i = 0; i < branches.Count; i++)
        {
            if (Coverage.Try(Name(i), () => Begin(i)))
                owners.Add(i);
        }

        var versions = new HashSet<CommitId>();
        long diskBytes = 0, logicalBytes = 0;
        var images = new List<ImageStatistics>();
        var unique = CountUnique(branches.Count);
        foreach (int i in owners)
        {
            long count = 0;
            foreach (WalkedCommit commit in new CommitWalk(repository.Objects, Coverage.LeaveOut).Walk([branches[i].Commit]))
            {
                cancellation.ThrowIfCancellationRequested();
                count++;
                if (versions.Add(commit.Id))
                    Coverage.Try(VersionName.Of(commit.Id), () => Count(commit.Commit.Image));
            }

            (long length, long usedNow) = Measure(branches[i].Image);
            images.Add(new ImageStatistics(branches[i].Name.ShortName, branches[i].Commit, count, length, usedNow,
                CountFiles(branches[i].Image), unique[i + 1].Raw, unique[i + 1].Stored));
        }

        Coverage.Judge(owners.Select(i => (Name(i), branches[i].Image)), isMachineWanted: false);
        (long objects, long storedBytes, int packs) = _store.Measure();
        long objectBytes = 0;
        _owners.ForEach((location, _) => objectBytes += location.Length);
        return new StatisticsReport(images, versions.Count, diskBytes, logicalBytes, objectBytes, storedBytes, objects, packs);

        // Whose newest version cannot be read has no numbers; of the ones before, those that can be count.
        void Begin(int branch)
        {
            Measure(branches[branch].Image);
            CountFiles(branches[branch].Image);
            Own(new ObjectReference(branches[branch].Commit.Value, ObjectKind.Commit), branch + 1, cancellation);
        }

        void Count(ImageId image)
        {
            (long disk, long used) = Measure(image);
            diskBytes += disk;
            logicalBytes += used;
        }

        VersionName Name(int branch) => VersionName.Of(branches[branch].Name.ShortName, branches[branch].Commit.Value);
    }

    // An object belongs to the first branch that reaches it, until a second one does; what is shared is not walked a third time.
    private void Own(ObjectReference root, int owner, CancellationToken cancellation)
    {
        var pending = new Stack<ObjectReference>([root]);
        while (pending.TryPop(out ObjectReference item))
        {
            cancellation.ThrowIfCancellationRequested();
            ref int mark = ref _owners.Find(item.Id, out _, out bool found);
            if (!found || mark == Shared || mark == owner)
                continue;
            mark = mark == 0 ? owner : Shared;
            foreach (ObjectReference next in ObjectReferences.Of(_store, item.Id, item.Kind))
                pending.Push(next);
        }
    }

    private (long Raw, long Stored)[] CountUnique(int branchCount)
    {
        var unique = new (long Raw, long Stored)[branchCount + 1];
        _owners.ForEach((location, owner) =>
        {
            if (owner <= 0)
                return;
            unique[owner].Raw += location.Length;
            unique[owner].Stored += (long)(location.Length * ObjectStore.GetCompression(location));
        });
        return unique;
    }

    private (long Disk, long Used) Measure(ImageId id)
    {
        if (_imageSizes.TryGetValue(id, out (long, long) known))
            return known;
        MachineImage image = repository.Objects.ReadImage(id);
        var sizes = (image.Disks.Sum(disk => disk.Length), image.Disks.Sum(disk => disk.Layout is { } layout ? MeasureLayout(layout) : 0));
        _imageSizes.Add(id, sizes);
        return sizes;
    }

    private long MeasureLayout(LayoutId id)
    {
        if (_layoutSizes.TryGetValue(id.Value, out long known))
            return known;
        LayoutNode node = LayoutReader.ReadNode(_store, id);
        long size = node.Pieces.Sum(piece => piece.Length) + node.Children.Sum(child => MeasureLayout(child.Child));
        _layoutSizes.Add(id.Value, size);
        return size;
    }

    private long CountFiles(ImageId id) => repository.Objects.ReadImage(id).Disks
        .SelectMany(disk => disk.Volumes).Sum(volume => volume.Root is { } root ? _survey.Of(root.Tree).Files : 0);
}
