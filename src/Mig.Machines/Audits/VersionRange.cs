using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Audits;

/// <summary>
/// When a vulnerability came and went, in the order of versions. Source: OSV schema, "affected[].ranges[]" and "Evaluation".
/// </summary>
internal sealed class VersionRange(IReadOnlyList<VersionEvent> events)
{
    /// <summary>Tells whether a version has the vulnerability.</summary>
    public bool Contains(PackageKind kind, string version)
    {
        if (events.Any(item => item.Kind == VersionEventKind.Limit)
            && !events.Any(item => item.Kind == VersionEventKind.Limit && Compare(kind, version, item.Version) < 0))
            return false;
        bool isAffected = false;
        foreach (VersionEvent item in Sort(kind))
        {
            int order = Compare(kind, version, item.Version);
            isAffected = item.Kind switch
            {
                VersionEventKind.Introduced when order >= 0 => true,
                VersionEventKind.Fixed when order >= 0 => false,
                VersionEventKind.LastAffected when order > 0 => false,
                _ => isAffected,
            };
        }

        return isAffected;
    }

    /// <summary>Returns the first version after this one in which it is fixed; null when there is none.</summary>
    public string? FindFix(PackageKind kind, string version) =>
        Sort(kind).FirstOrDefault(item => item.Kind == VersionEventKind.Fixed && Compare(kind, version, item.Version) < 0)?.Version;

    private List<VersionEvent> Sort(PackageKind kind)
    {
        List<VersionEvent> sorted = [.. events];
        sorted.Sort((left, right) => Compare(kind, left.Version, right.Version) is not 0 and int order ? order
            : left.Kind.CompareTo(right.Kind));
        return sorted;
    }

    // "0" is before all versions.
    private static int Compare(PackageKind kind, string left, string right)
    {
        if (left == "0" || right == "0")
            return left == right ? 0 : left == "0" ? -1 : 1;
        return VersionOrder.Compare(kind, left, right);
    }
}
