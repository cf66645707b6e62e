using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Images.Extract;

/// <summary>
/// Walks what was chosen and says what is to be made of it. Names that no file system here takes are refused, for folders and archives
/// alike.
/// </summary>
/// <param name="leavesRepositories">Whether folders and links that this mig would take for a repository are left out: their hooks and
/// settings would run programs.</param>
internal sealed class PlanBuilder(ObjectStore store, Limits limits, IReadOnlyList<(ImagePath Source, byte[] Name)> selection,
    bool leavesRepositories, CancellationToken cancellation)
{
    private const int MaxNameLength = 255;

    private readonly ExtractPlan _plan = new();
    private readonly List<(PlannedEntry Entry, ImageVolume Volume)> _links = [];

    /// <exception cref="CorruptImageException">A name is too long.</exception>
    public ExtractPlan Build()
    {
        foreach ((ImagePath source, byte[] name) in selection)
        {
            int first = _plan.Directories.Count;
            var guard = new WalkGuard(store, limits, source.Entry.Type == TreeEntryType.Directory ? [source.Entry.Tree] : []);
            Add(new PlannedEntry(null, name, source.Entry), source.Volume);

            // The list grows as it is walked: each directory comes before what is in it.
            for (int i = first; i < _plan.Directories.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                PlannedEntry directory = _plan.Directories[i];
                foreach (TreeEntry entry in TreeReader.ReadEntries(store, directory.Entry.Tree))
                {
                    guard.Meet(directory.Depth);
                    CheckName(entry.Name.Span, directory);
                    Add(new PlannedEntry(directory, entry.Name, entry), source.Volume);
                }
            }
        }

        ResolveLinks();
        store.Prefetch(_plan.Files.SelectMany(file => FileContents.BlobsOf(store, file.Entry)));
        return _plan;
    }

    private void Add(PlannedEntry planned, ImageVolume volume)
    {
        if (leavesRepositories && planned.Entry.Type is TreeEntryType.Directory or TreeEntryType.SymbolicLink
            && RepositoryName.IsMatch(planned.Name.Span))
        {
            if (planned.Parent is null)
                throw new UsageException(
                    $"{Display(planned.Path())} would be taken for a repository of yours, whose hooks and settings run programs; "
                    + "--allow-repositories extracts it all the same");
            _plan.Repositories++;
            return;
        }

        switch (planned.Entry.Type)
        {
            case TreeEntryType.Directory:
                _plan.Directories.Add(planned);
                break;
            case TreeEntryType.File:
                _plan.Files.Add(planned);
                break;
            case TreeEntryType.HardLink:
                _links.Add((planned, volume));
                break;
            default:
                _plan.Others.Add(planned);
                break;
        }
    }

    // The entry with the content may be chosen, too, wherever it stands; else the first of its names that is chosen gets the content.
    private void ResolveLinks()
    {
        var made = new Dictionary<(TreeId, string), byte[]>();
        foreach ((PlannedEntry link, ImageVolume volume) in _links)
        {
            TreeEntry content = TreeLookup.FollowLink(store, volume.Root!, link.Entry);
            ReadOnlySpan<byte> target = link.Entry.LinkTarget.Span.TrimStart((byte)'/');
            byte[]? path = FindChosen(volume, target);
            if (path is not null && leavesRepositories && IsInRepository(path))
                path = null;
            if (path is null && !made.TryGetValue((volume.Root!.Tree, PlannedEntry.Key(target)), out path))
            {
                made.Add((volume.Root!.Tree, PlannedEntry.Key(target)), link.Path());
                Add(link with { Entry = content }, volume);
                continue;
            }

            _plan.Links.Add(link with { Entry = content, LinkTo = path });
        }
    }

    private byte[]? FindChosen(ImageVolume volume, ReadOnlySpan<byte> target)
    {
        foreach ((ImagePath source, byte[] name) in selection)
        {
            ReadOnlySpan<byte> root = source.Path.Span;
            if (volume.Root!.Tree != source.Volume.Root!.Tree || !target.StartsWith(root))
                continue;
            if (target.Length == root.Length)
                return name;
            if (root.IsEmpty || target[root.Length] == (byte)'/')
                return name.Length == 0 ? target[(root.IsEmpty ? 0 : root.Length + 1)..].ToArray()
                    : [.. name, (byte)'/', .. target[(root.IsEmpty ? 0 : root.Length + 1)..]];
        }

        return null;
    }

    private static bool IsInRepository(byte[] path)
    {
        foreach (Range part in path.AsSpan().Split((byte)'/'))
        {
            if (part.End.GetOffset(path.Length) < path.Length && RepositoryName.IsMatch(path.AsSpan()[part]))
                return true;
        }

        return false;
    }

    private static void CheckName(ReadOnlySpan<byte> name, PlannedEntry directory)
    {
        if (name.Length > MaxNameLength)
            throw new CorruptImageException(
                "EXTRACT-001",
                $"directory {Display(directory.Path())} holds the name '{Encoding.UTF8.GetString(name)}' of {name.Length} bytes; file "
                + $"systems here allow {MaxNameLength}. Choose paths that leave it out");
    }

    private static string Display(byte[] path) => "/" + Encoding.UTF8.GetString(path);
}
