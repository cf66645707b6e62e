using System.Text;
using Mig.History.Merging;

namespace Mig.Machines.Merging.Packages;

/// <summary>Files of pacman: <c>%FIELD%</c>, then a value on each line, then an empty one. Source: libalpm, "be_local.c".</summary>
internal static class PacmanTable
{
    private const string InstallDate = "%INSTALLDATE%";

    /// <summary>Merges the descriptions of one version of a package by field. When it was installed may differ; then ours counts.</summary>
    public static MergedText Merge(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored) =>
        new KeyedMerge(favored, static (field, _, a, _) => (field == InstallDate ? a : null, null))
            .Merge(Fields(before), Fields(ours), Fields(theirs));

    public static IEnumerable<string> Values(byte[] content, string field) =>
        Fields(content).FirstOrDefault(item => item.Key == field) is { } found
            ? found.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1) : [];

    private static List<KeyedItem> Fields(byte[] content) =>
        [.. Encoding.Latin1.GetString(content).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(text => text.Trim('\n'))
            .Where(text => text.Length > 0)
            .Select(text => new KeyedItem(text.Split('\n')[0], text + "\n\n")).DistinctBy(item => item.Key)];
}
