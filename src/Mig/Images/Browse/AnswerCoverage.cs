using Mig.Core;
using Mig.History.Images;
using Mig.Images.Inventories;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Images.Browse;

/// <summary>
/// Collects what an answer about versions does not rest on: versions that are damaged and so were left out, and what of the others was not
/// seen. A bad version never breaks an answer about the others. For one thread.
/// </summary>
public sealed class AnswerCoverage
{
    private readonly IContentSource _objects;
    private readonly int _parallelism;
    private readonly CoverageReader _reader;
    private readonly InventoryReader _inventories;
    private readonly List<(VersionName Version, UnseenPart Part)> _damaged = [];
    private readonly List<UnseenVersions> _seenInPart = [];

    public AnswerCoverage(Repository repository)
        : this((repository ?? throw new ArgumentNullException(nameof(repository))).Store, repository.Context.Parallelism,
            new InventoryReader(repository))
    {
    }

    /// <summary>The coverage of an answer about what is not in a repository.</summary>
    internal AnswerCoverage(IContentSource objects, int parallelism, InventoryReader inventories)
    {
        _objects = objects;
        _parallelism = parallelism;
        _reader = new CoverageReader(objects);
        _inventories = inventories;
    }

    /// <summary>What is missing; versions of which the same is missing are one entry, those that are damaged come first.</summary>
    public IReadOnlyList<UnseenVersions> Unseen =>
    [
        .. _damaged.GroupBy(item => item.Part, item => item.Version)
            .Select(group => new UnseenVersions([.. group], new ImageCoverage([group.Key]))),
        .. _seenInPart,
    ];

    /// <summary>Whether no version is damaged.</summary>
    public bool IsWhole => _damaged.Count == 0;

    /// <summary>Whether nothing is missing that could change the answer.</summary>
    public bool IsComplete => IsWhole && _seenInPart.Count == 0;

    /// <summary>Notes that a version is not in the answer.</summary>
    public void LeaveOut(VersionName version, CorruptStoreException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Add(version, new UnseenPart(UnseenKind.Version, "the version", "", reason.Message, Matters: true));
    }

    /// <summary>Notes that a file of a version is not in the answer.</summary>
    /// <param name="path">As <c>mig cat</c> takes it.</param>
    public void LeaveOut(VersionName version, string path, CorruptStoreException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Add(version, new UnseenPart(UnseenKind.Record, $"not seen: {path}: {reason.Message}", "", "", Matters: true));
    }

    /// <summary>Notes that a version without a name is not in the answer.</summary>
    public void LeaveOut(CommitId version, CorruptStoreException reason) => LeaveOut(VersionName.Of(version), reason);

    /// <summary>Looks at a version, which is left out when it is damaged.</summary>
    /// <returns>Whether it was looked at.</returns>
    public bool Try(VersionName version, Action look)
    {
        ArgumentNullException.ThrowIfNull(look);
        try
        {
            look();
            return true;
        }
        catch (CorruptStoreException e)
        {
            LeaveOut(version, e);
            return false;
        }
    }

    /// <summary>Notes what of some versions was not seen.</summary>
    /// <param name="isMachineWanted">Whether the answer is about the machine: then that must be whole; else its volumes must have been
    /// looked into.</param>
    /// <param name="counts">Which parts are of interest; null for all.</param>
    public void Judge(IEnumerable<(VersionName Version, ImageId Image)> versions, bool isMachineWanted,
        Predicate<UnseenPart>? counts = null)
    {
        foreach (IGrouping<ImageId, VersionName> group in versions.GroupBy(item => item.Image, item => item.Version))
        {
            try
            {
                ImageCoverage coverage = Read(group.Key, isMachineWanted);
                if (counts is not null)
                    coverage = new ImageCoverage([.. coverage.Unseen.Where(part => counts(part))]);
                if (!coverage.IsComplete)
                    _seenInPart.Add(new UnseenVersions([.. group], coverage));
            }
            catch (CorruptStoreException e)
            {
                foreach (VersionName version in group)
                    LeaveOut(version, e);
            }
        }
    }

    private ImageCoverage Read(ImageId id, bool isMachineWanted)
    {
        MachineImage image = MachineImage.Read(_objects, id);
        if (!isMachineWanted)
            return _reader.ReadVolumes(image);
        return SystemVolume.FindDefault(_objects, image) is { } root
            ? _reader.Read(image, root, new MachineFiles(_objects, _parallelism, image, root), isChosen: false)
                .With(_inventories.Read(image, root).Warnings)
            : _reader.ReadWithout(image);
    }

    private void Add(VersionName version, UnseenPart part)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (!_damaged.Exists(known =>
            known.Part == part && (version.Id is { } id ? known.Version.Id == id : known.Version.Names.SequenceEqual(version.Names))))
            _damaged.Add((version, part));
    }
}
