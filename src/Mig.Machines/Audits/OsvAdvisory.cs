using System.Text.Json;

namespace Mig.Machines.Audits;

/// <summary>
/// Reads advisories in the form of OSV: one, an array of them, or an object with an array <c>vulns</c>. Source: OSV schema 1.7.
/// </summary>
internal static class OsvAdvisory
{
    private const string ListKey = "vulns";

    /// <summary>Tells whether a document is of this form.</summary>
    public static bool IsOne(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Array => root.GetArrayLength() == 0 || IsAdvisory(root[0]),
        JsonValueKind.Object => IsAdvisory(root)
            || (root.TryGetProperty(ListKey, out JsonElement list) && list.ValueKind == JsonValueKind.Array),
        _ => false,
    };

    /// <summary>Returns what the advisories say of packages that mig lists; withdrawn ones are left out.</summary>
    public static IEnumerable<AffectedPackage> Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
            return root.EnumerateArray().SelectMany(ReadOne);
        return IsAdvisory(root) ? ReadOne(root) : root.GetProperty(ListKey).EnumerateArray().SelectMany(ReadOne);
    }

    private static bool IsAdvisory(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("id", out JsonElement id)
            && id.ValueKind == JsonValueKind.String
            && (element.TryGetProperty("affected", out _) || element.TryGetProperty("modified", out _));

    private static IEnumerable<AffectedPackage> ReadOne(JsonElement advisory)
    {
        if (advisory.TryGetProperty("withdrawn", out _) || !advisory.TryGetProperty("affected", out JsonElement affected))
            yield break;

        // Feeds of distributions call what they fix "upstream", others "aliases".
        string[] aliases = [.. Texts(advisory, "aliases").Concat(Texts(advisory, "upstream")).Distinct()];
        var vulnerability = new Vulnerability(
            advisory.GetProperty("id").GetString()!, aliases, Text(advisory, "summary"), Severity(advisory));
        foreach (JsonElement item in affected.EnumerateArray())
        {
            if (!item.TryGetProperty("package", out JsonElement package)
                || OsvEcosystem.Parse(Text(package, "ecosystem"), Text(package, "name")) is not { } target)
                continue;
            string severity = vulnerability.Severity.Length > 0 ? vulnerability.Severity : Severity(item);
            yield return new AffectedPackage(
                vulnerability with { Severity = severity }, target, [.. Ranges(item)], Texts(item, "versions").ToHashSet());
        }
    }

    private static IEnumerable<VersionRange> Ranges(JsonElement affected)
    {
        if (!affected.TryGetProperty("ranges", out JsonElement ranges))
            yield break;
        foreach (JsonElement range in ranges.EnumerateArray())
        {
            // Ranges of Git speak of commits, not of versions.
            if (Text(range, "type") is "ECOSYSTEM" or "SEMVER" && range.TryGetProperty("events", out JsonElement events))
                yield return new VersionRange([.. events.EnumerateArray().SelectMany(Events)]);
        }
    }

    private static IEnumerable<VersionEvent> Events(JsonElement item)
    {
        foreach (JsonProperty property in item.EnumerateObject())
        {
            VersionEventKind? kind = property.Name switch
            {
                "introduced" => VersionEventKind.Introduced,
                "fixed" => VersionEventKind.Fixed,
                "last_affected" => VersionEventKind.LastAffected,
                "limit" when property.Value.GetString() != "*" => VersionEventKind.Limit,
                _ => null,
            };
            if (kind is { } known)
                yield return new VersionEvent(known, property.Value.GetString()!);
        }
    }

    // In words where the database has some, else the vector.
    private static string Severity(JsonElement advisory)
    {
        foreach (string key in (string[])["database_specific", "ecosystem_specific"])
        {
            if (advisory.TryGetProperty(key, out JsonElement specific) && specific.ValueKind == JsonValueKind.Object
                && (Text(specific, "severity") is { Length: > 0 } word || (word = Text(specific, "urgency")).Length > 0))
            {
                return word.ToLowerInvariant();
            }
        }

        return advisory.TryGetProperty("severity", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            && list.GetArrayLength() > 0 ? Text(list[0], "score") : "";
    }

    private static string Text(JsonElement element, string key) =>
        element.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static IEnumerable<string> Texts(JsonElement element, string key) =>
        element.TryGetProperty(key, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray()
            .Select(item => item.GetString() ?? "") : [];
}
