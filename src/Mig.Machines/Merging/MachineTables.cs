using Mig.History.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Merging;

/// <summary>The files of a machine that are merged by what they mean.</summary>
internal static class MachineTables
{
    /// <summary>Merges such a file.</summary>
    /// <param name="favored">Whose entry is taken where both sides changed one in ways that do not fit together; null for a
    /// conflict.</param>
    /// <param name="sides">What else on the machine the entries must agree with.</param>
    public delegate MergedText Merge(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored, MachineSides sides);

    /// <summary>Returns the way to merge a file; null when it is none of these.</summary>
    public static Merge? Find(string path)
    {
        if (AccountFile.Find(path) is { } accounts)
            return (before, ours, theirs, favored, sides) => accounts.Merge(before, ours, theirs, favored, sides.Accounts);
        if (StanzaFile.Is(path))
            return (before, ours, theirs, favored, sides) =>
                StanzaFile.Merge(before, ours, theirs, favored, sides.Packages, follows: !PackageSides.IsTable(path));
        if (ApkTable.Find(path) is { } packages)
            return packages;
        if (PacmanSide.IsDescription(path))
            return static (before, ours, theirs, favored, _) => PacmanTable.Merge(before, ours, theirs, favored);
        return SetFile.Find(path) is { } set ? (before, ours, theirs, favored, sides) =>
            set.Merge(before, ours, theirs, favored, sides.Packages) : null;
    }

    /// <summary>Returns the entries of several versions of such a file; null when it is none of these.</summary>
    public static IReadOnlyList<IReadOnlyList<KeyedItem>>? Parse(string path, params IReadOnlyList<byte[]> contents)
    {
        if (AccountFile.Find(path) is not null)
            return [.. contents.Select(AccountFile.Parse)];
        if (StanzaFile.Is(path))
            return StanzaFile.Parse(contents);
        return SetFile.Find(path) is { } set ? [.. contents.Select(set.Parse)] : null;
    }

    /// <summary>Tells whether a file is a table though it is no text.</summary>
    public static bool IsBinary(string path) => path.EndsWith(".tar", StringComparison.Ordinal) && ApkTable.Find(path) is not null;

    /// <summary>
    /// Returns how entries of a file that was made by hand still clash, as <see cref="MergedText.Clash"/> has it; null when none do.
    /// </summary>
    public static string? FindClash(string path, byte[] merged, byte[] ours, byte[] theirs, MachineSides sides) =>
        AccountFile.Find(path)?.FindClash(merged, ours, theirs, sides.Accounts);
}
