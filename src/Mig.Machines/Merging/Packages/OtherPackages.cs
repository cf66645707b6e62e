using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Rpm;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// Finds the packages of apk, pacman and RPM for which a side must be taken, as <see cref="PackageSides"/> does for dpkg's.
/// </summary>
internal sealed class OtherPackages(
    PackageSides sides, MergeContents contents, TreeEntry before, TreeEntry ours, TreeEntry theirs, PackageChoices choices)
{
    private const int MaxSize = 64 << 20;
    private const int MaxShown = 3;

    private readonly SideFiles[] _files = [.. ((TreeEntry[])[before, ours, theirs]).Select(root => new SideFiles(contents, root))];

    public void Find()
    {
        foreach (string path in ApkTable.InstalledPaths)
        {
            if (IsChangedOnBothSides(path))
                Decide(PackageKind.Apk, path,
                    [.. _files.Select(files => files.Read(path, ApkSide.MaxSize) is { } installed ? ApkSide.Read(installed) : [])]);
        }

        if (IsChangedOnBothSides(PacmanSide.Folder))
            Decide(PackageKind.Pacman, PacmanSide.Folder, [.. _files.Select(PacmanSide.Read)]);
        foreach (string folder in RpmDatabase.Folders)
        {
            if (IsChangedOnBothSides(folder))
                DecideRpm(folder);
        }
    }

    private bool IsChangedOnBothSides(string path)
    {
        TreeEntry? was = _files[0].Find(path), here = _files[1].Find(path), there = _files[2].Find(path);
        return here is not null && there is not null && !IsSame(here, there) && !IsSame(was, here) && !IsSame(was, there);
    }

    private static bool IsSame(TreeEntry? left, TreeEntry? right) =>
        left is not null && right is not null && left.Tree == right.Tree && EntryComparison.HasSameContent(left, right);

    private void Decide(PackageKind kind, string database, Dictionary<string, SidePackage>[] packages)
    {
        Dictionary<string, SidePackage>? made = choices.ContentOf(database) is { } content ? ApkSide.Read(content) : null;
        foreach (string name in packages[1].Keys.Union(packages[2].Keys))
        {
            SidePackage? c = packages[0].GetValueOrDefault(name), a = packages[1].GetValueOrDefault(name), b = packages[2]
                .GetValueOrDefault(name);
            bool isTable = kind == PackageKind.Apk;
            if (IsUnchanged(a, b) || IsUnchanged(a, c) || IsUnchanged(b, c) || (!isTable && a?.Version == b?.Version))
                continue;
            if (a is null || b is null || a.Version == b.Version || a.Version == c?.Version || b.Version == c?.Version)
            {
                string place = isTable ? database : (c ?? a ?? b)!.Folder;
                MergeSide? favored = choices.SideOf(place);
                if (made is not null)
                    favored = PackageChoices.SideOf(made.GetValueOrDefault(name)?.Version, a?.Version, b?.Version);
                if (isTable)
                    sides.Contest(ApkTable.Key(name), favored ?? MergeSide.Ours, isDecided: made is null || favored is not null);
                else
                    sides.Contest(new MergeContest(place, Reason(name, a, b), (Deed(a), Deed(b)), favored));
                Take(isTable ? ApkTable.Key(name) : "", favored ?? MergeSide.Ours, [c, a, b], keepsEdited: false);
                continue;
            }

            MergeSide side = VersionOrder.Compare(kind, a.Version, b.Version) >= 0 ? MergeSide.Ours : MergeSide.Theirs;
            if (isTable)
                sides.Choose(ApkTable.Key(name), side);
            else
                sides.AddNote((side == MergeSide.Ours ? a : b).Folder,
                    PackageSides.NewerNote(name, side, (side == MergeSide.Ours ? a : b).Version, (side == MergeSide.Ours ? b : a).Version));
            Take(isTable ? ApkTable.Key(name) : "", side, [c, a, b], keepsEdited: true);
        }
    }

    private static bool IsUnchanged(SidePackage? left, SidePackage? right) =>
        left?.Version == right?.Version && left?.Signature == right?.Signature;

    private static string Deed(SidePackage? package) => package is null ? "removed it" : $"has version {package.Version}";

    private static string Reason(string name, SidePackage? ours, SidePackage? theirs) =>
        ours is null ? $"the package '{name}' was removed here and changed there" : theirs is null
            ? $"the package '{name}' was changed here and removed there"
            : $"the package '{name}' was upgraded on one side, and its record changed on the other";

    // All that a package has comes from one side, on whichever of them it is.
    private void Take(string key, MergeSide side, SidePackage?[] versions, bool keepsEdited)
    {
        int loser = side == MergeSide.Ours ? 2 : 1;
        HashSet<string> edited = [];
        if (versions[loser] is { } lost)
        {
            if (keepsEdited)
                edited = [.. FindEdited(lost, loser)];
            if (key.Length > 0)
                sides.Drop(lost.Name, lost.Version, lost.Signature);
        }

        for (int i = 0; i < versions.Length; i++)
        {
            if (versions[i] is not { } package)
                continue;
            if (package.Folder.Length > 0)
                TakeFolder(package.Folder, side);
            foreach (string path in package.Files().Where(path => !edited.Contains(path)))
                sides.Take(_files[i].RealPath(path), side);
        }
    }

    private void TakeFolder(string folder, MergeSide side)
    {
        sides.Take(_files[1].RealPath(folder), side);
        foreach (SideFiles files in _files)
        {
            foreach ((string name, TreeEntry _) in files.List(folder))
                sides.Take(files.RealPath($"{folder}/{name}"), side);
        }
    }

    // A database of pages and hashes: one side has it, with the files of all packages that differ.
    private void DecideRpm(string folder)
    {
        string place = $"{folder}/{RpmDatabase.Names.FirstOrDefault(name => _files[1].Find($"{folder}/{name}") is not null) ?? ""}"
            .TrimEnd('/');
        Dictionary<string, SidePackage>[] packages;
        try
        {
            packages = [.. _files.Select(files => RpmSide.Read(files, folder))];
        }
        catch (CorruptImageException e)
        {
            sides.Contest(new MergeContest(place, $"both sides changed the packages of RPM, and their database cannot be read: {e.Message}",
                ("changed it", "changed it"), null)
            { IsClash = true });
            return;
        }

        List<string> here = Changed(packages[0], packages[1]), there = Changed(packages[0], packages[2]);
        if (there.Count == 0 || here.Count == 0 || Changed(packages[1], packages[2]).Count == 0)
        {
            // What one side alone did merges by files; else the databases differ in bytes only.
            TakeFolder(folder, here.Count == 0 && there.Count > 0 ? MergeSide.Theirs : MergeSide.Ours);
            return;
        }

        MergeSide? favored = choices.SideOf(place);
        sides.Contest(new MergeContest(
            place,
            $"packages were changed here ({Show(here)}) and there ({Show(there)}), and the database of RPM is not merged; the side that "
                + "is taken has it, with all files of these packages: install the others again in the machine",
            ($"changed {Show(here)}", $"changed {Show(there)}"),
            favored));
        MergeSide side = favored ?? MergeSide.Ours;
        TakeFolder(folder, side);
        int loser = side == MergeSide.Ours ? 2 : 1;
        HashSet<string> differ = [.. here, .. there], edited =
            [.. packages[loser].Values.Where(package => differ.Contains(package.Name)).SelectMany(package => FindEdited(package, loser))];
        for (int i = 0; i < packages.Length; i++)
        {
            foreach (string path in packages[i].Values.Where(package => differ.Contains(package.Name))
                .SelectMany(package => package.Files()).Where(path => !edited.Contains(path)))
                sides.Take(_files[i].RealPath(path), side);
        }
    }

    private IEnumerable<string> FindEdited(SidePackage package, int side) =>
        package.Configuration().Where(file => !_files[side].HasDigest(file.Path, file.Algorithm, file.Digest, MaxSize))
            .Select(file => file.Path);

    private static List<string> Changed(Dictionary<string, SidePackage> before, Dictionary<string, SidePackage> after) =>
        [.. before.Keys.Except(after.Keys).Concat(after.Keys.Except(before.Keys)).Order(StringComparer.Ordinal)];

    private static string Show(List<string> names) =>
        string.Join(", ", names.Take(MaxShown)) + (names.Count > MaxShown ? $" and {names.Count - MaxShown} more" : "");
}
