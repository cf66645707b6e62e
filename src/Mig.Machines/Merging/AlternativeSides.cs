using System.Text;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Merging;

/// <summary>
/// The groups of update-alternatives that both sides changed, or whose programs come from one side with their packages: programs are merged
/// as a set, and the links lead where update-alternatives would lead them. What one side alone changed needs no rule.
/// </summary>
internal sealed class AlternativeSides
{
    private const int MaxSize = 1 << 20;

    private readonly Dictionary<string, MergeDecision> _decisions = new(StringComparer.Ordinal);

    private AlternativeSides()
    {
    }

    public static AlternativeSides None { get; } = new();

    public IEnumerable<ReadOnlyMemory<byte>> Paths =>
        _decisions.Keys.Select(path => new ReadOnlyMemory<byte>(Encoding.Latin1.GetBytes(path)));

    public MergeDecision? Find(ReadOnlySpan<byte> path) =>
        _decisions.Count == 0 ? null : _decisions.GetValueOrDefault(Encoding.Latin1.GetString(path));

    /// <param name="favored">Whose side a path was given to by the user.</param>
    public static AlternativeSides Find(MergeContents contents, TreeEntry? before, TreeEntry ours, TreeEntry theirs, PackageSides packages,
        Func<string, MergeSide?> favored)
    {
        if (before is null)
            return None;
        TreeEntry?[] roots = [before, ours, theirs];
        Dictionary<string, TreeEntry>[] files = [.. roots.Select(root => List(contents, root!, AlternativeGroup.Folder))],
            links = [.. roots.Select(root => List(contents, root!, AlternativeGroup.LinkFolder))];
        var sides = new AlternativeSides();
        foreach (string name in files.SelectMany(file => file.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            bool isOurs = Differs(files[0], files[1], name) || Differs(links[0], links[1], name),
                isTheirs = Differs(files[0], files[2], name) || Differs(links[0], links[2], name);
            if (isOurs || isTheirs)
                sides.Merge(contents, name, files, links, roots, packages, isOurs && isTheirs, favored);
        }

        return sides;
    }

    private void Merge(
        MergeContents contents,
        string name,
        Dictionary<string, TreeEntry>[] files,
        Dictionary<string, TreeEntry>[] links,
        TreeEntry?[] roots,
        PackageSides packages,
        bool areBoth,
        Func<string, MergeSide?> favored)
    {
        AlternativeGroup?[] groups = [.. files.Select(file => Read(contents, file.GetValueOrDefault(name)))];
        if (Enumerable.Range(0, groups.Length).Any(i => groups[i] is null && files[i].ContainsKey(name)))
            return; // no file that update-alternatives wrote: a text like others
        (AlternativeGroup? was, AlternativeGroup? here, AlternativeGroup? there) = (groups[0], groups[1], groups[2]);
        string[] programs = [.. groups.OfType<AlternativeGroup>().SelectMany(group => group.Programs.Keys).Distinct()];
        if ((was ?? here ?? there) is not { } any || (!areBoth && !programs.Any(program => Side(packages, program) is not null)))
            return;

        // Both took the same name for different things: what programs there are says nothing then.
        string path = AlternativeGroup.Folder + name;
        MergeSide? side = favored(path);
        var conflicts = new List<string>();
        var merged = new SortedDictionary<string, AlternativeGroup.Program>(StringComparer.Ordinal);
        foreach (string program in programs)
        {
            AlternativeGroup.Program? old = was?.Programs.GetValueOrDefault(program), left = here?.Programs.GetValueOrDefault(program),
                right = there?.Programs.GetValueOrDefault(program);
            MergeSide? decided = Side(packages, program)
                ?? (IsSame(left, right) || IsSame(old, right) ? MergeSide.Ours : IsSame(old, left) ? MergeSide.Theirs : side);
            if (decided is null)
                conflicts.Add($"'{program}' was {(old is null ? "added" : "changed")} on both sides");
            if ((decided == MergeSide.Theirs ? right : left) is { } kept)
                merged[program] = kept;
        }

        // A side that lost its last program says nothing of the links.
        AlternativeGroup? ourLinks = here ?? was, theirLinks = there ?? was;
        var slaves = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string slave in groups.OfType<AlternativeGroup>().SelectMany(group => group.Slaves.Keys).Distinct())
        {
            if (Pick(was?.Slaves.GetValueOrDefault(slave), ourLinks?.Slaves.GetValueOrDefault(slave), theirLinks?.Slaves.GetValueOrDefault(
                slave), side, out string? link) && merged.Values.Any(program => program.Slaves.GetValueOrDefault(slave, "").Length > 0))
                slaves[slave] = link!;
        }

        Pick(was?.Link, ourLinks?.Link, theirLinks?.Link, side, out string? master);
        string mode = here is null || there is null ? (here ?? there ?? any).Mode : here.Mode == there.Mode ? here.Mode : was is null
            ? "manual" : was.Mode == here.Mode ? there.Mode : here.Mode;
        string?[] chosen = [.. links.Select(link => link.GetValueOrDefault(name) is { Type: TreeEntryType.SymbolicLink } entry
            ? Encoding.Latin1.GetString(entry.LinkTarget.Span) : null)];
        string? target = null;
        bool isOpen = false;
        if (mode != AlternativeGroup.Automatic)
            target = ChooseManually(was, here, there, chosen, favored(AlternativeGroup.LinkFolder + name), out isOpen);
        string? note = null;
        if (mode != AlternativeGroup.Automatic && !isOpen && (target is null || !merged.ContainsKey(target)))
        {
            // As update-alternatives does when the program that somebody chose goes.
            mode = AlternativeGroup.Automatic;
            note = target is null ? null : $"'{target}' was chosen by hand and is not there any more: the choice is automatic again";
        }

        var group = new AlternativeGroup { Mode = mode, Link = master ?? any.Link, Slaves = slaves, Programs = merged };
        if (mode == AlternativeGroup.Automatic)
            target = group.Best;
        _decisions[path] = new MergeDecision(
            merged.Count == 0 ? null : Like(files.Select(file => file.GetValueOrDefault(name)), contents.Add(group.Write())),
            conflicts.Count == 0 ? null : string.Join("; ", conflicts),
            note);
        if (!isOpen && conflicts.Count == 0)
            DecideLinks(contents, name, group, groups, target, chosen, links, roots);
    }

    // Of two who chose by hand, the one that chose anew.
    private static string? ChooseManually(
        AlternativeGroup? was, AlternativeGroup? here, AlternativeGroup? there, string?[] chosen, MergeSide? side, out bool isOpen)
    {
        bool isHere = here is { Mode: not AlternativeGroup.Automatic }, isThere = there is { Mode: not AlternativeGroup.Automatic };
        string? old = was is { Mode: not AlternativeGroup.Automatic } ? chosen[0] : null;
        isOpen = isHere && isThere && chosen[1] != chosen[2] && old != chosen[1] && old != chosen[2] && side is null;
        if (isHere != isThere)
            return isHere ? chosen[1] : chosen[2];
        return chosen[1] == chosen[2] || old == chosen[2] ? chosen[1] : old == chosen[1] || side == MergeSide.Theirs ? chosen[2]
            : chosen[1];
    }

    private void DecideLinks(MergeContents contents, string name, AlternativeGroup group, AlternativeGroup?[] groups, string? target,
        string?[] chosen, Dictionary<string, TreeEntry>[] links, TreeEntry?[] roots)
    {
        // A side on which that program is chosen has the links as they are to be, those that are missing for want of a manual page
        // included.
        int model = target is null ? -1 : chosen[1] == target ? 1 : chosen[2] == target ? 2 : chosen[0] == target ? 0 : -1;
        IEnumerable<string> names = groups.OfType<AlternativeGroup>().SelectMany(item => item.Slaves.Keys).Prepend(name).Distinct();
        Dictionary<string, string?> targets = group.Targets(name, target)
            .ToDictionary(item => item.Name, item => item.Target, StringComparer.Ordinal);
        foreach (string link in names)
        {
            string? to = targets.GetValueOrDefault(link);
            if (model >= 0 ? !links[model].ContainsKey(link) : to is not null && link != name && !Exists(contents, roots, to))
                to = null;
            _decisions[AlternativeGroup.LinkFolder + link] =
                new MergeDecision(to is null ? null : MakeLink(links.Select(item => item.GetValueOrDefault(link)), to));
            foreach (string place in groups.OfType<AlternativeGroup>()
                .Select(item => link == name ? item.Link : item.Slaves.GetValueOrDefault(link)).OfType<string>().Distinct())
                DecidePlace(contents, place.Trim('/'), $"/{AlternativeGroup.LinkFolder}{link}", to is not null
                    && place == (link == name ? group.Link : group.Slaves.GetValueOrDefault(link)), roots);
        }
    }

    // The link that people use, such as /usr/bin/editor, leads to that in /etc/alternatives.
    private void DecidePlace(MergeContents contents, string place, string target, bool isThere, TreeEntry?[] roots)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(place), to = Encoding.Latin1.GetBytes(target);
        TreeEntry?[] entries = [.. roots.Select(root => TreeLookup.Find(contents.Store, root!, bytes))];
        if (entries.All(entry => entry is null || (entry.Type == TreeEntryType.SymbolicLink && entry.LinkTarget.Span.SequenceEqual(to)))
            && entries.Any(entry => entry is not null))
            _decisions[place] = new MergeDecision(isThere ? entries[1] ?? entries[2] ?? entries[0] : null);
    }

    private static TreeEntry? MakeLink(IEnumerable<TreeEntry?> entries, string target)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(target);
        List<TreeEntry> all = [.. entries.Skip(1).Concat(entries.Take(1)).Where(entry => entry is { Type: TreeEntryType.SymbolicLink })
            .OfType<TreeEntry>()];
        return all.Find(entry => entry.LinkTarget.Span.SequenceEqual(bytes)) ?? (all.Count > 0 ? all[0]
            : new TreeEntry { Name = default, Type = TreeEntryType.SymbolicLink, Mode = 0x1FF }) with
        { LinkTarget = bytes };
    }

    // The file of a side that has this very content, else ours with it.
    private static TreeEntry Like(IEnumerable<TreeEntry?> entries, TreeEntry made)
    {
        List<TreeEntry> all = [.. entries.Skip(1).Concat(entries.Take(1)).OfType<TreeEntry>()];
        return all.Find(entry => entry.Sha256 == made.Sha256) ?? all[0] with { Size = made.Size, Sha256 = made.Sha256, List = null };
    }

    private static MergeSide? Side(PackageSides packages, string program) =>
        packages.SideOfPath(Encoding.Latin1.GetBytes(program.TrimStart('/')));

    private static bool IsSame(AlternativeGroup.Program? left, AlternativeGroup.Program? right) =>
        left is null ? right is null : left.IsSame(right);

    private static bool Pick(string? before, string? ours, string? theirs, MergeSide? side, out string? value)
    {
        value = ours == theirs || before == theirs ? ours : before == ours || side == MergeSide.Theirs ? theirs : ours ?? theirs;
        return value is not null;
    }

    private static bool Exists(MergeContents contents, TreeEntry?[] roots, string path) =>
        roots.Skip(1).Any(root => TreeLookup.Find(contents.Store, root!, Encoding.Latin1.GetBytes(path.Trim('/'))) is not null);

    private static bool Differs(Dictionary<string, TreeEntry> before, Dictionary<string, TreeEntry> after, string name) =>
        before.GetValueOrDefault(name) is { } left && after.GetValueOrDefault(name) is { } right
            ? left.Type != right.Type || left.Sha256 != right.Sha256 || !left.LinkTarget.Span.SequenceEqual(right.LinkTarget.Span)
            : before.ContainsKey(name) != after.ContainsKey(name);

    private static AlternativeGroup? Read(MergeContents contents, TreeEntry? file) =>
        file is { Type: TreeEntryType.File, Size: <= MaxSize }
            ? AlternativeGroup.Parse(contents.Read(file, AlternativeGroup.Folder, MaxSize)) : null;

    private static Dictionary<string, TreeEntry> List(MergeContents contents, TreeEntry root, string folder) =>
        TreeLookup.Find(contents.Store, root, Encoding.ASCII.GetBytes(folder.TrimEnd('/'))) is { Type: TreeEntryType.Directory } found
            ? TreeReader.ReadEntries(contents.Store, found.Tree)
                .ToDictionary(entry => Encoding.Latin1.GetString(entry.Name.Span), StringComparer.Ordinal)
            : new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
}
