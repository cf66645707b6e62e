namespace Mig.Images.Extract.Archives;

/// <summary>
/// The order of an archive: by path, each directory right before all that is in it. tar and cpio need that: they set a directory's time
/// when they leave it. The first name of a file has the content, and its further names come after it.
/// </summary>
internal static class ArchiveOrder
{
    public static List<(PlannedEntry Entry, byte[] Path)> Sort(ExtractPlan plan)
    {
        List<(PlannedEntry Entry, byte[] Path)> entries =
            [.. plan.Directories.Concat(plan.Files).Concat(plan.Others).Concat(plan.Links).Select(entry => (entry, entry.Path()))];
        entries.Sort((left, right) => Compare(left.Path, right.Path));
        if (plan.Links.Count == 0)
            return entries;
        Dictionary<string, byte[]?> firstNames = plan.Links.Select(link => PlannedEntry.Key(link.LinkTo)).Distinct()
            .ToDictionary(key => key, _ => (byte[]?)null);
        for (int i = 0; i < entries.Count; i++)
        {
            (PlannedEntry entry, byte[] path) = entries[i];
            string key = PlannedEntry.Key(entry.LinkTo ?? path);
            if (!firstNames.TryGetValue(key, out byte[]? first))
                continue;
            entries[i] = (entry with { LinkTo = first }, path);
            if (first is null)
                firstNames[key] = path;
        }

        return entries;
    }

    // A slash comes before all else, so that what is in a directory stands right after it.
    private static int Compare(byte[] left, byte[] right)
    {
        int same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length - right.Length;
        (byte a, byte b) = (left[same], right[same]);
        return (a == '/' ? -1 : a) - (b == '/' ? -1 : b);
    }
}
