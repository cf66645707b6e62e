using System.Globalization;
using Mig.Cli.Terminals;
using Mig.History.Diffs;
using Mig.History.Diffs.Text;
using Mig.History.Trees;
using Mig.Versions.Compare;

namespace Mig.Cli.Views;

/// <summary>Prints how many lines changed in each file, the way <c>git diff --stat</c> does.</summary>
internal sealed class StatView(TextOutput output, Palette palette, ChangedTexts texts, CancellationToken cancellation)
{
    private const int GraphWidth = 40;

    public void Write(ImageComparison comparison)
    {
        var rows = new List<(string Name, int Added, int Removed, string? Binary)>();
        foreach (VolumeComparison volume in comparison.Volumes)
            rows.AddRange(volume.Changes.Where(change => !change.IsMetadataOnly && change.Entry.Type is TreeEntryType.File
                or TreeEntryType.SymbolicLink).Select(change => Row(volume, change)));
        int width = rows.Count == 0 ? 0 : rows.Max(row => row.Name.Length), most = rows.Count == 0 ? 0
            : rows.Max(row => row.Added + row.Removed);
        int digits = most.ToString(CultureInfo.InvariantCulture).Length;
        foreach ((string name, int added, int removed, string? binary) in rows)
        {
            string count = (added + removed).ToString(CultureInfo.InvariantCulture).PadLeft(digits);
            string graph = palette.Green(new string('+', Scale(added, most))) + palette.Red(new string('-', Scale(removed, most)));
            output.WriteLine($" {name.PadRight(width)} | {binary ?? $"{count} {graph}".TrimEnd()}");
        }

        output.WriteLine(
            $" {Sizes.Count(rows.Count, "file")} changed, {Sizes.Count(rows.Sum(row => (long)row.Added), "insertion")}(+), "
            + $"{Sizes.Count(rows.Sum(row => (long)row.Removed), "deletion")}(-)");
    }

    private static int Scale(int lines, int most) =>
        most <= GraphWidth || lines == 0 ? lines : Math.Max(1, (int)((long)lines * GraphWidth / most));

    private (string Name, int Added, int Removed, string? Binary) Row(VolumeComparison volume, TreeChange change)
    {
        cancellation.ThrowIfCancellationRequested();
        string name = (change.OldPath is { } old ? DiffNames.SafePath(volume, old) + " => " : "") + DiffNames.SafePath(volume, change.Path);
        if (change.OldPath is not null)
            return (name, 0, 0, null);
        if (texts.Find(change.Before) is not { } before || texts.Find(change.After) is not { } after)
            return (name, 0, 0, string.Create(
                CultureInfo.InvariantCulture, $"Bin {change.Before?.Size ?? 0} -> {change.After?.Size ?? 0} bytes"));
        IReadOnlyList<LineChange> lines = LineDiff.Compare(new TextLines(before), new TextLines(after));
        return (name, lines.Sum(line => line.Added), lines.Sum(line => line.Removed), null);
    }
}
