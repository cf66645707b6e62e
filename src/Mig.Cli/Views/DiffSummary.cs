using Mig.Cli.Terminals;
using Mig.History.Diffs;
using Mig.Versions.Compare;

namespace Mig.Cli.Views;

/// <summary>Prints what differs for people: configuration on top, then all else, metadata apart.</summary>
internal sealed class DiffSummary(TextOutput output, Palette palette)
{
    // More than a screen is told by folder; --name-status has them all.
    private const int MaxListed = 40;

    /// <param name="settings">What differs of file systems as a whole.</param>
    public void Write(ImageComparison comparison, IReadOnlyList<VolumeSettingChange> settings)
    {
        List<(VolumeComparison Volume, TreeChange Change)> all =
            [.. comparison.Volumes.SelectMany(volume => volume.Changes.Select(change => (volume, change)))];
        List<(VolumeComparison Volume, TreeChange Change)> shown = [.. all.Where(item => item.Change.Kinds != ChangeKinds.Time)];
        Section("Configuration (/etc)", shown.Where(item => IsConfiguration(item) && !item.Change.IsMetadataOnly), int.MaxValue);
        Section("Other files", shown.Where(item => !IsConfiguration(item) && !item.Change.IsMetadataOnly), MaxListed);
        Section("Metadata only", shown.Where(item => item.Change.IsMetadataOnly), MaxListed);
        if (settings.Count > 0)
        {
            output.WriteLine(palette.Bold("File systems:"));
            WriteSettings(settings, "  ", output);
            output.WriteLine();
        }

        output.WriteLine(Counts(ChangeCounts.Of(all.Select(item => item.Change))));
    }

    /// <summary>Prints a line such as <c>volume 1: label 'a' -> 'b'</c> for each.</summary>
    public static void WriteSettings(IReadOnlyList<VolumeSettingChange> settings, string indentation, TextOutput output)
    {
        bool areSeveral = settings.Select(change => change.Disk.Name).Distinct().Count() > 1;
        foreach (VolumeSettingChange change in settings)
        {
            string disk = areSeveral ? SafeText.Name(change.Disk.Name) + " " : "";
            output.WriteLine(
                $"{indentation}{disk}volume {change.Volume.Number}: {change.Change.Name} '{SafeText.Line(change.Change.Before)}' -> "
                + $"'{SafeText.Line(change.Change.After)}'");
        }
    }

    /// <summary>Such as <c>2 added, 1 removed, 3 changed</c>.</summary>
    public static string Counts(ChangeCounts counts)
    {
        (int Count, string Text)[] parts =
        [
            (counts.Added, "added"), (counts.Removed, "removed"), (counts.Changed, "changed"), (counts.Renamed, "renamed"),
            (counts.Metadata, "with other metadata"), (counts.Times, "with another time only"),
        ];
        string[] told = [.. parts.Where(part => part.Count > 0).Select(part => $"{Sizes.Count(part.Count, "", "").TrimEnd()} {part.Text}")];
        return told.Length == 0 ? "no files differ" : string.Join(", ", told);
    }

    private static bool IsConfiguration((VolumeComparison Volume, TreeChange Change) item) =>
        item.Volume.IsDefault && (item.Change.Path.Span.StartsWith("etc/"u8) || item.Change.OldPath is { } old
            && old.Span.StartsWith("etc/"u8));

    private void Section(string title, IEnumerable<(VolumeComparison Volume, TreeChange Change)> changes, int most)
    {
        List<(VolumeComparison Volume, TreeChange Change)> list = [.. changes];
        if (list.Count == 0)
            return;
        output.WriteLine(palette.Bold(title + ":"));
        if (list.Count > most)
        {
            foreach (IGrouping<string, (VolumeComparison Volume, TreeChange Change)> folder in list.GroupBy(item =>
                Folder(item.Volume, item.Change.Path)).OrderBy(folder => folder.Key, StringComparer.Ordinal))
                output.WriteLine($"  {folder.Key}: {Counts(ChangeCounts.Of(folder.Select(item => item.Change)))}");
        }
        else
        {
            foreach ((VolumeComparison volume, TreeChange change) in list)
                WriteChange(volume, change);
        }

        output.WriteLine();
    }

    private void WriteChange(VolumeComparison volume, TreeChange change)
    {
        string letter = DiffNames.Letter(change), path = DiffNames.SafePath(volume, change.Path);
        string from = change.OldPath is { } old ? DiffNames.SafePath(volume, old) + " -> " : "";
        string painted = letter switch
        {
            "A" => palette.Green(letter),
            "D" => palette.Red(letter),
            _ => palette.Yellow(letter),
        };
        output.WriteLine($"  {painted} {from}{path}{DiffNames.Details(change)}");
    }

    // The two uppermost names.
    private static string Folder(VolumeComparison volume, ReadOnlyMemory<byte> path)
    {
        int first = path.Span.IndexOf((byte)'/');
        int second = first < 0 ? -1 : path.Span[(first + 1)..].IndexOf((byte)'/');
        return DiffNames.SafePath(volume, second >= 0 ? path[..(first + 1 + second)] : first >= 0 ? path[..first] : default);
    }
}
