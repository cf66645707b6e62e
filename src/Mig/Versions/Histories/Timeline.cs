using System.Collections.Immutable;
using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Versions.Compare;

namespace Mig.Versions.Histories;

/// <summary>Says since when and until when something is in the versions that branches and tags lead to.</summary>
public sealed class Timeline(Repository repository)
{
    private readonly ImageComparer _comparer = new(repository);

    /// <summary>What the answers do not rest on.</summary>
    public AnswerCoverage Coverage { get; } = new(repository);

    /// <summary>Returns what a path held: one entry for each content, in the order in which they came.</summary>
    public IReadOnlyList<TimelineEntry> OfPath(PathSpec path) => Build(found =>
        FindEntry(repository.Objects.ReadImage(found.Commit.Image), path) is { } entry ? [ValueOf(entry)] : [], null, isOfMachine: false);

    /// <summary>Returns the versions that a package was installed in, in the order in which they came.</summary>
    public IReadOnlyList<TimelineEntry> OfPackage(string name)
    {
        var question = new PackageQuestion(repository, name);
        return Build(found => question.VersionsIn(found.Commit.Image) is { Length: > 0 } versions ? [versions] : [], null,
            isOfMachine: true);
    }

    /// <summary>Returns when files had a content; at most one entry.</summary>
    public IReadOnlyList<TimelineEntry> OfContent(ObjectId sha256)
    {
        var paths = new Dictionary<ImageId, ImmutableSortedSet<string>>();
        var images = new Dictionary<CommitId, ImageId>();
        return Build(found => PathsIn(found, sha256, paths, images).IsEmpty ? [] : [sha256.ToString()], image =>
            [.. paths[image].Select(Encoding.Latin1.GetBytes)], isOfMachine: false);
    }

    private IReadOnlyList<TimelineEntry> Build(
        Func<WalkedCommit, IReadOnlyList<string>> valuesOf, Func<ImageId, IReadOnlyList<byte[]>>? pathsIn, bool isOfMachine)
    {
        IReadOnlyList<(RefName Name, CommitId Commit)> tips = VersionTips.OfAll(repository, Coverage);
        ILookup<CommitId, string> names = tips.ToLookup(tip => tip.Commit, tip => tip.Name.ShortName);
        List<WalkedCommit> oldestFirst = [.. new CommitWalk(repository.Objects, Coverage.LeaveOut)
            .Walk(tips.Select(tip => tip.Commit).Distinct(), order: CommitOrder.DateAfterChildren).Reverse()];
        var values = new Dictionary<CommitId, IReadOnlyList<string>>();
        var have = new Dictionary<string, List<WalkedCommit>>();
        var brought = new Dictionary<string, List<WalkedCommit>>();
        var removed = new Dictionary<string, List<WalkedCommit>>();
        var seen = new List<(VersionName, ImageId)>();
        foreach (WalkedCommit found in oldestFirst)
        {
            HashSet<string> before = [.. found.Commit.Parents.Where(values.ContainsKey).SelectMany(parent => values[parent])];
            VersionName name = names.Contains(found.Id) ? new VersionName(found.Id.Value, [.. names[found.Id]]) : VersionName.Of(found.Id);
            IReadOnlyList<string> here = [];
            if (!Coverage.Try(name, () => here = valuesOf(found)))
            {
                // Nobody knows, so it brought and removed nothing.
                values[found.Id] = [.. before];
                continue;
            }

            values[found.Id] = here;
            seen.Add((name, found.Commit.Image));
            foreach (string value in here)
            {
                Add(have, value, found);
                if (!before.Contains(value))
                    Add(brought, value, found);
            }

            foreach (string gone in before.Except(here))
                Add(removed, gone, found);
        }

        // That nothing is there is an answer only of what was seen, and what could not be read looks as if it were not there. Of thousands
        // of versions, those that have names are enough to say that, unless each may have had a package.
        Coverage.Judge(
            seen.Where(version => isOfMachine || (version.Item1.Id is { } id && names.Contains(new CommitId(id)))),
            isOfMachine,
            part => isOfMachine || have.Count == 0 || part.Kind == UnseenKind.Damage);
        Dictionary<CommitId, WalkedCommit> all = oldestFirst.ToDictionary(found => found.Id);
        List<(string Name, CommitId Tip)> branches =
            [.. tips.Where(tip => (tip.Name.IsBranch || tip.Name.IsRemote) && values.ContainsKey(tip.Commit))
            .Select(tip => (tip.Name.ShortName, tip.Commit))];
        return [.. have.Select(item => new TimelineEntry(
            item.Key,
            item.Value[0],
            item.Value[^1],
            item.Value.Count,
            brought[item.Key],
            removed.GetValueOrDefault(item.Key, []),
            [.. branches.Where(branch => Reaches(branch.Tip, all, values, item.Key))
                .Select(branch => (branch.Name, values[branch.Tip].Contains(item.Key)))],
            pathsIn?.Invoke(item.Value[^1].Commit.Image) ?? []))];
    }

    private static bool Reaches(CommitId tip, Dictionary<CommitId, WalkedCommit> all, Dictionary<CommitId, IReadOnlyList<string>> values,
        string value)
    {
        var seen = new HashSet<CommitId>();
        var open = new Stack<CommitId>([tip]);
        while (open.TryPop(out CommitId id))
        {
            if (!seen.Add(id) || !all.TryGetValue(id, out WalkedCommit? found))
                continue;
            if (values[id].Contains(value))
                return true;
            foreach (CommitId parent in found.Commit.Parents)
                open.Push(parent);
        }

        return false;
    }

    // What a version has is what its first parent has, and what differs; names in any bytes, one character for each byte. A parent that was
    // left out has no paths to begin with.
    private ImmutableSortedSet<string> PathsIn(
        WalkedCommit found, ObjectId sha256, Dictionary<ImageId, ImmutableSortedSet<string>> paths, Dictionary<CommitId, ImageId> images)
    {
        images[found.Id] = found.Commit.Image;
        if (paths.TryGetValue(found.Commit.Image, out ImmutableSortedSet<string>? done))
            return done;
        ImageId? before = found.Commit.Parents.Count > 0 && images.TryGetValue(found.Commit.Parents[0], out ImageId image)
            && paths.ContainsKey(image) ? image : null;
        ImmutableSortedSet<string>.Builder set =
            (before is { } known ? paths[known] : ImmutableSortedSet.Create<string>(StringComparer.Ordinal)).ToBuilder();
        _comparer.VisitChanges(before, found.Commit.Image, [], followsLinks: false, (prefix, change) =>
        {
            if (IsContent(change.Before, sha256))
                set.Remove(Name(prefix, change.Path));
            if (IsContent(change.After, sha256))
                set.Add(Name(prefix, change.Path));
            return true;
        });
        return paths[found.Commit.Image] = set.ToImmutable();
    }

    private static bool IsContent(TreeEntry? entry, ObjectId sha256) => entry?.Type == TreeEntryType.File && entry.Sha256 == sha256;

    private static string Name(string prefix, ReadOnlyMemory<byte> path) =>
        Encoding.Latin1.GetString([.. Encoding.UTF8.GetBytes(prefix), (byte)'/', .. path.Span]);

    private static void Add(Dictionary<string, List<WalkedCommit>> lists, string value, WalkedCommit found)
    {
        if (!lists.TryGetValue(value, out List<WalkedCommit>? list))
            lists.Add(value, list = []);
        list.Add(found);
    }

    private TreeEntry? FindEntry(MachineImage image, PathSpec path)
    {
        if (PathFinder.TryLocate(repository.Store, image, path) is not { } located)
            return null;
        path = located;
        ImageVolume? volume = path.NamesVolume ? ImageVolumes.WithFiles(image).FirstOrDefault(path.Means).Volume
            : SystemVolume.FindDefault(repository.Store, image);
        if (volume?.Root is not { } root || TreeLookup.Find(repository.Store, root, path.Path.Span) is not { } entry)
            return null;
        return entry.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(repository.Store, root, entry) : entry;
    }

    private static string ValueOf(TreeEntry entry) => entry.Type switch
    {
        TreeEntryType.File => entry.Sha256?.ToString() ?? $"list {entry.List}",
        TreeEntryType.SymbolicLink => "-> " + Encoding.UTF8.GetString(entry.LinkTarget.Span),
        _ => EntryWords.Describe(entry.Type),
    };
}
