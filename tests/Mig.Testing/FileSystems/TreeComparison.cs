using Xunit;

namespace Mig.Testing.FileSystems;

/// <summary>Compares two trees, name by name and field by field.</summary>
public static class TreeComparison
{
    public static void AssertEqual(IReadOnlyList<TreeEntry> expected, IReadOnlyList<TreeEntry> actual)
    {
        string? difference = FindDifference(expected, actual);
        Assert.True(difference is null, difference);
    }

    /// <returns>The first difference in words; null when there is none.</returns>
    public static string? FindDifference(IReadOnlyList<TreeEntry> expected, IReadOnlyList<TreeEntry> actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        for (int i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            if (i >= expected.Count)
                return $"unexpected: {actual[i].Path}";
            if (i >= actual.Count)
                return $"missing: {expected[i].Path}";
            if (expected[i] != actual[i])
                return $"expected {expected[i]}\nactual   {actual[i]}";
        }

        return null;
    }
}
