using System.Text;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;
using Mig.Versions.Merging;

namespace Mig.Versions.Bisecting.Parts;

/// <summary>
/// What changed between two images, divided as far as a machine stays one that could be: packages with all that is theirs, accounts, and
/// files that are nobody's. What lies outside of files is not divided: it stays as it was before.
/// </summary>
internal sealed class ImageParts
{
    private readonly ImageMerger _merger;
    private readonly MachineImage _before;
    private readonly List<VolumeParts> _volumes = [];
    private readonly SystemParts? _system;
    private readonly List<(string Root, ChangePart Part)> _parts = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal); // of the parts, by what stands for them
    private readonly Labels _labels = new();

    public ImageParts(ImageMerger merger, MachineImage before, MachineImage after)
    {
        (_merger, _before) = (merger, before);
        foreach (VolumePair pair in ImagePairing.PairVolumes(before, after))
        {
            if (pair is { DiskBefore: { } disk, Before: { Root: not null } old, After: { Root: not null } now })
                _volumes.Add(new VolumeParts(merger.Contents, disk, old, now, merger.PrefixOf(before, disk, old)));
        }

        if (_volumes.Find(volume => volume.Prefix.Length == 0) is { } system)
            _system = new SystemParts(merger.Contents, system, _labels);
        _volumes.ForEach(volume => volume.ClaimRest(_labels));
        Number();
    }

    /// <summary>The parts: accounts, then packages, those that others need first, then files.</summary>
    public IReadOnlyList<ChangePart> Parts => [.. _parts.Select(item => item.Part)];

    /// <summary>How many of the parts are packages or accounts; these come first.</summary>
    public int SystemCount { get; private set; }

    /// <summary>Adds to parts what they cannot be without.</summary>
    public IReadOnlySet<int> Close(IReadOnlySet<int> parts)
    {
        if (_system is null || parts.Count == 0)
            return parts;
        HashSet<int> closed = [.. parts];
        for (int before = -1; before != closed.Count;)
        {
            before = closed.Count;
            HashSet<string> roots = [.. closed.Select(part => _parts[part].Root)];
            closed.UnionWith(_system.NeededBy(label => roots.Contains(_labels.RootOf(label)))
                .Select(label => _numbers.GetValueOrDefault(_labels.RootOf(label), -1)).Where(number => number >= 0));
        }

        return closed;
    }

    /// <summary>Says how the image before becomes one that has some of the parts.</summary>
    public MergePlan Plan(IReadOnlySet<int> parts)
    {
        HashSet<string> roots = [.. parts.Select(part => _parts[part].Root)];
        List<VolumeMerge> volumes = [.. _volumes.Select(volume => (Volume: volume, Operations: volume.Operations(label =>
            roots.Contains(_labels.RootOf(label))))).Where(item => item.Operations.Count > 0)
            .Select(item => new VolumeMerge(item.Volume.Disk, item.Volume.Before, item.Volume.Prefix,
                new TreeMergeResult(item.Operations, [], []), item.Operations))];
        return new MergePlan(_before, _before.Disks, volumes, [], [])
        { Contents = _merger.Contents, Attachments = ImageAttachments.Read(_merger.Store, _before) };
    }

    private void Number()
    {
        var paths = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (VolumeParts volume in _volumes)
        {
            foreach (string path in volume.Changed)
            {
                if (volume.LabelOf(path) is { } label)
                    PathsOf(label).Add($"{volume.Prefix}/{Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path))}");
            }
        }

        IEnumerable<string> system = _system?.Ordered.Where(label => _labels.All.Contains(label)) ?? [];
        foreach (IGrouping<string, string> part in system.ToList().GroupBy(_labels.RootOf))
            Add(part.Key, string.Join(", ", part.Select(_system!.TitleOf)));
        SystemCount = _parts.Count;
        foreach (string root in _labels.All.Select(_labels.RootOf).Distinct().ToList())
            Add(root, TitleOf(PathsOf(root)));

        List<string> PathsOf(string label)
        {
            string root = _labels.RootOf(label);
            if (!paths.TryGetValue(root, out List<string>? list))
                paths.Add(root, list = []);
            return list;
        }

        void Add(string root, string title)
        {
            if (!_numbers.TryAdd(root, _parts.Count))
                return;
            _parts.Add((root, new ChangePart(title, [.. PathsOf(root).Order(StringComparer.Ordinal)])));
        }
    }

    private static string TitleOf(List<string> paths) => paths switch
    {
        [] => "an entry of a table",
        [var one] => $"file {one}",
        [var first, ..] => $"{paths.Count} files with {first}",
    };
}
