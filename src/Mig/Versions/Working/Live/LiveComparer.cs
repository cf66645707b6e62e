using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Files;
using Mig.Machines.Mounts;
using Mig.Versions.Compare;

namespace Mig.Versions.Working.Live;

/// <summary>
/// Compares a running system with a version, path by path: kind, mode, owner, target, and content. A file of the version's size and time is
/// taken for unchanged, others are hashed where they are. Times alone, and extended attributes, are not compared.
/// </summary>
public sealed class LiveComparer(Repository repository)
{
    private const string NotMounted = "the volume that the version has there is not mounted";

    /// <summary>Compares.</summary>
    /// <param name="place">A folder, HOST or USER@HOST:FOLDER.</param>
    /// <param name="revision">The version.</param>
    /// <param name="isFull">Whether all files are hashed, whatever their size and time.</param>
    /// <exception cref="UsageException">The system cannot be reached, or the version has no system.</exception>
    public LiveStatus Compare(string place, string revision, bool isFull, CancellationToken cancellation)
    {
        ImageId id = repository.Revisions.ResolveImage(revision);
        MachineImage image = repository.Objects.ReadImage(id);
        ImageVolume root = repository.Images.FindDefaultVolume(image)
            ?? throw new UsageException($"which volume of {revision} is the system's is not clear, so there is nothing to compare with");
        var machine = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        List<MountPoint> mounts = [.. machine.Mounts.Where(mount => !mount.IsBind)];
        LiveSystem system = Open(place);
        Dictionary<string, LiveEntry> live = system.List(mounts.Select(mount => mount.Path).Where(path => path.Length > 0), cancellation);

        List<(string Path, string Reason)> hidden = [.. FindHidden(live, mounts)];
        List<string> unread = [.. hidden.Where(item => item.Reason == NotMounted).Select(item => $"{Name(item.Path)}: {item.Reason}")];
        hidden.AddRange(machine.MissingMounts.Select(missing => (Raw(missing.Entry.Path.Trim('/')), "the version has no such volume")));
        var skipped = hidden.Select(item => item.Path).ToHashSet();
        var changes = new List<LiveChange>();
        var unsure = new Dictionary<string, TreeEntry>();
        var seen = new HashSet<string>();
        foreach ((string path, TreeEntry entry) in List(image, mounts, cancellation))
        {
            if (IsBelow(path, skipped))
                continue;
            if (!live.TryGetValue(path, out LiveEntry? now))
                changes.Add(Changed(LiveChangeKind.Deleted, path));
            else if (seen.Add(path) && IsUnsure(entry, now, isFull))
                unsure.Add(path, entry);
            else if (Compare(path, entry, now) is { } change)
                changes.Add(change);
        }

        Dictionary<string, ObjectId> hashes = system.Hash(unsure.Keys, cancellation);
        foreach ((string path, TreeEntry entry) in unsure)
        {
            if (hashes.TryGetValue(path, out ObjectId hash) && hash != entry.Sha256)
                changes.Add(Changed(LiveChangeKind.Modified, path));
            else if (!hashes.ContainsKey(path))
                Unreadable(path);
            else if (CompareMetadata(path, entry, live[path]) is { } change)
                changes.Add(change);
        }

        changes.AddRange(live.Keys.Where(path => path.Length > 0 && !seen.Contains(path) && !IsBelow(path, skipped))
            .Select(path => Changed(LiveChangeKind.Added, path) with { IsSocket = live[path].Type == TreeEntryType.Socket }));
        changes.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        IReadOnlyList<PackageChange> packages = changes.Exists(change => LivePackages.IsRecord(change.Raw))
            ? new LivePackages(repository, machine).Compare(system, live, system.Report, cancellation) : [];
        unread.AddRange(system.Problems);
        return new LiveStatus(
            id, changes, [.. hidden.Select(item => (Name(item.Path), item.Reason))], seen.Count, unsure.Values.Sum(entry => entry.Size),
                system.Problems)
        {
            Packages = packages,
            Unread = unread,
        };

        void Unreadable(string path)
        {
            hidden.Add((path, "it could not be read"));
            unread.Add($"{Name(path)}: it could not be read");
        }
    }

    /// <summary>Reaches a system.</summary>
    internal LiveSystem Open(string place) => new(place, repository.Context.Environment("MIG_SSH") is { Length: > 0 } set ? set
        : repository.Config.Get("core.sshcommand") ?? "ssh");

    private static bool IsUnsure(TreeEntry entry, LiveEntry now, bool isFull) =>
        entry.Type == TreeEntryType.File && now.Type == TreeEntryType.File && entry.Size == now.Size && entry.Size > 0
        && entry.Sha256 is not null && (isFull || entry.ModifiedTime != now.ModifiedTime);

    private static LiveChange? Compare(string path, TreeEntry entry, LiveEntry now)
    {
        if (entry.Type != now.Type)
            return Changed(LiveChangeKind.Type, path, $"{EntryWords.Describe(entry.Type)} -> {EntryWords.Describe(now.Type)}");
        bool isOther = entry.Type switch
        {
            TreeEntryType.File => entry.Size != now.Size || (entry.Sha256 is null && entry.ModifiedTime != now.ModifiedTime),
            TreeEntryType.SymbolicLink => Encoding.Latin1.GetString(entry.LinkTarget.Span) != now.LinkTarget,
            _ => false,
        };
        return isOther ? Changed(LiveChangeKind.Modified, path) : CompareMetadata(path, entry, now);
    }

    private static LiveChange? CompareMetadata(string path, TreeEntry entry, LiveEntry now)
    {
        var details = new List<string>();
        if (entry.Type != TreeEntryType.SymbolicLink && entry.Mode != now.Mode)
            details.Add($"mode {Octal(entry.Mode)} -> {Octal(now.Mode)}");
        if (entry.Uid != now.Uid || entry.Gid != now.Gid)
            details.Add(string.Create(CultureInfo.InvariantCulture, $"owner {entry.Uid}:{entry.Gid} -> {now.Uid}:{now.Gid}"));
        return details.Count == 0 ? null : Changed(LiveChangeKind.Metadata, path, string.Join(", ", details));
    }

    private static LiveChange Changed(LiveChangeKind kind, string path, string details = "") =>
        new(kind, Name(path), details) { Raw = path };

    // For people, to whom the bytes of a path are UTF-8.
    private static string Name(string path) => "/" + Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path));

    // A text as the paths of listings are kept: each of its bytes a character.
    private static string Raw(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Octal(int mode) => Convert.ToString(mode, 8);

    // Whether a path, or a directory above it, is one of those.
    private static bool IsBelow(string path, HashSet<string> folders)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (folders.Contains(path[..end]))
                return true;
        }

        return false;
    }

    // What is mounted on one side alone: kernel file systems there, a volume that is not mounted there.
    private static IEnumerable<(string Path, string Reason)> FindHidden(Dictionary<string, LiveEntry> live,
        IReadOnlyList<MountPoint> mounts)
    {
        var known = mounts.Select(mount => Raw(mount.Path)).ToHashSet();
        var parents = live.Keys.Select(ParentOf).ToHashSet();
        foreach ((string path, LiveEntry entry) in live)
        {
            if (path.Length > 0 && entry.Type == TreeEntryType.Directory && !known.Contains(path)
                && live.TryGetValue(ParentOf(path), out LiveEntry? parent) && parent.Device != entry.Device)
                yield return (path, "another file system is mounted there");
        }

        foreach (string mount in known.Where(path => path.Length > 0))
        {
            if (!live.TryGetValue(mount, out LiveEntry? entry)
                || (entry.Device == live.GetValueOrDefault(ParentOf(mount))?.Device && !parents.Contains(mount)))
                yield return (mount, NotMounted);
        }
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    private IEnumerable<(string Path, TreeEntry Entry)> List(
        MachineImage image, IReadOnlyList<MountPoint> mounts, CancellationToken cancellation)
    {
        foreach (MountPoint mount in mounts)
        {
            ImageDisk disk = image.Disks.First(disk => disk.Volumes.Contains(mount.Volume));
            var covered = mounts.Where(other => other != mount && other.Path.Length > mount.Path.Length && mount.Holds(other.Path))
                .Select(other => Raw(other.Path)).ToHashSet();
            byte[] folder = Encoding.UTF8.GetBytes(mount.Folder);
            string at = Raw(mount.Path);
            if (mount.Path.Length > 0)
                yield return (at, mount.Root);
            foreach (ImagePath found in repository.Images.ListAll(new ImagePath(disk, mount.Volume, folder, mount.Root)))
            {
                cancellation.ThrowIfCancellationRequested();
                string below = Encoding.Latin1.GetString(found.Path.Span)[(folder.Length == 0 ? 0 : folder.Length + 1)..];
                string path = at.Length == 0 ? below : $"{at}/{below}";
                if (!IsBelow(path, covered))
                    yield return (path, found.Entry);
            }
        }
    }
}
