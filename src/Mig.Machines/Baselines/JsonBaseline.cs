using System.Text.Json;

namespace Mig.Machines.Baselines;

/// <summary>Reads a baseline in its form of JSON (docs/guide/audit.md).</summary>
internal static class JsonBaseline
{
    /// <exception cref="FormatException">It is no baseline.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A value is of another kind than it must be.</exception>
    public static IReadOnlyList<BaselineRule> Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(
            json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        List<BaselineRule> packages = [], files = [];
        foreach (JsonProperty part in document.RootElement.EnumerateObject())
        {
            switch (part.Name)
            {
                case "packages":
                    packages.AddRange(ParsePackages(part.Value));
                    break;
                case "files":
                    files.AddRange(part.Value.EnumerateArray().Select(ParseFile));
                    break;
                default:
                    throw new FormatException($"'{part.Name}' is no part of a baseline; 'packages' and 'files' are");
            }
        }

        return [.. packages, .. files];
    }

    private static IEnumerable<BaselineRule> ParsePackages(JsonElement packages)
    {
        List<BaselineRule> required = [], forbidden = [], minimum = [];
        foreach (JsonProperty rule in packages.EnumerateObject())
        {
            switch (rule.Name)
            {
                case "required":
                    required.AddRange(rule.Value.EnumerateArray().Select(name => Package(name.GetString()!, "present")));
                    break;
                case "forbidden":
                    forbidden.AddRange(rule.Value.EnumerateArray().Select(name => Package(name.GetString()!, "absent", isAbsent: true)));
                    break;
                case "minimum":
                    minimum.AddRange(rule.Value.EnumerateObject().Select(item =>
                        Package(item.Name, $">= {item.Value.GetString()} if installed", item.Value.GetString()!)));
                    break;
                default:
                    throw new FormatException($"'{rule.Name}' is not a rule for packages; 'required', 'forbidden' and 'minimum' are");
            }
        }

        return [.. required, .. forbidden, .. minimum];
    }

    private static PackageRule Package(string name, string text, string? version = null, bool isAbsent = false) =>
        new(0, $"package {name} {text}", null, name, version, isAbsent, IsOptional: version is not null) { TakesLanguages = true };

    private static FileRule ParseFile(JsonElement element)
    {
        var rule = new FileRule(0, "", "", null, null, null, false);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            rule = property.Name switch
            {
                "path" => rule with { Path = property.Value.GetString()!.Trim('/') },
                "sha256" => rule with { Sha256 = property.Value.GetString()!.ToLowerInvariant() },
                "mode" => rule with { Mode = FileRule.ParseMode(property.Value.GetString()!) },
                "owner" => rule with { Owner = property.Value.GetString() },
                "absent" => rule with { IsAbsent = property.Value.GetBoolean() },
                _ => throw new FormatException(
                    $"'{property.Name}' is not a rule for a file; 'path', 'sha256', 'mode', 'owner' and 'absent' are"),
            };
        }

        return rule.Path.Length == 0 ? throw new FormatException("a rule for a file needs a 'path'")
            : rule with { Text = $"file /{rule.Path} {(rule.IsAbsent ? "absent" : "present")}" };
    }
}
