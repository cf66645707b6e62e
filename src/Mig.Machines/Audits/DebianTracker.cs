using System.Text.Json;
using Mig.Machines.Inventories;

namespace Mig.Machines.Audits;

/// <summary>
/// Reads the JSON of Debian's security tracker: source package, vulnerability, release. Source: security-tracker.debian.org,
/// "tracker/data/json". A release is <c>open</c>, <c>resolved</c> in a version (<c>0</c>: it was never affected), or <c>undetermined</c>,
/// which is left out.
/// </summary>
internal static class DebianTracker
{
    /// <summary>Tells whether a document is of this form.</summary>
    public static bool IsOne(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return false;
        foreach (JsonProperty package in root.EnumerateObject())
        {
            if (package.Value.ValueKind != JsonValueKind.Object)
                return false;
            foreach (JsonProperty vulnerability in package.Value.EnumerateObject())
                return vulnerability.Value.ValueKind == JsonValueKind.Object && vulnerability.Value.TryGetProperty("releases", out _);
        }

        return false;
    }

    public static IEnumerable<AffectedPackage> Read(JsonElement root)
    {
        foreach (JsonProperty package in root.EnumerateObject())
        {
            foreach (JsonProperty vulnerability in package.Value.EnumerateObject())
            {
                if (!vulnerability.Value.TryGetProperty("releases", out JsonElement releases))
                    continue;
                string summary = Text(vulnerability.Value, "description");
                foreach (JsonProperty release in releases.EnumerateObject())
                {
                    if (Range(release.Value) is { } range)
                    {
                        yield return new AffectedPackage(
                            new Vulnerability(vulnerability.Name, [], summary, Text(release.Value, "urgency")),
                            new PackageTarget(PackageKind.Dpkg, package.Name, "debian", release.Name, IsSource: true),
                            [range],
                            new HashSet<string>());
                    }
                }
            }
        }
    }

    private static VersionRange? Range(JsonElement release)
    {
        var introduced = new VersionEvent(VersionEventKind.Introduced, "0");
        string fix = Text(release, "fixed_version");
        return Text(release, "status") switch
        {
            "open" => new VersionRange([introduced]),
            "resolved" when fix is not ("" or "0") => new VersionRange([introduced, new VersionEvent(VersionEventKind.Fixed, fix)]),
            _ => null,
        };
    }

    private static string Text(JsonElement element, string key) =>
        element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
