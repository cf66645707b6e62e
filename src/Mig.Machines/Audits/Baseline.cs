using System.Text.Json;
using Mig.Core;
using Mig.Core.Host;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Audits;

/// <summary>
/// Rules that every machine must keep: packages that it must and must not have, and files as they must be (docs/guide/audit.md).
/// </summary>
public sealed class Baseline
{
    private readonly List<string> _required = [];
    private readonly List<string> _forbidden = [];
    private readonly List<(string Name, string Version)> _minimum = [];
    private readonly List<FileRule> _files = [];

    private Baseline()
    {
    }

    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="UsageException">It is no baseline; the message says where.</exception>
    public static Baseline Read(string path)
    {
        if (LibC.LookAt(path) == FileType.Missing)
            throw new NotFoundException($"baseline {path} does not exist");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Parse(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"baseline {path}: {e.Message}");
        }
    }

    /// <summary>Returns the rules that a machine breaks, in the order of the baseline.</summary>
    internal IReadOnlyList<RuleFinding> Check(Inventory inventory, MachineFiles files)
    {
        var findings = new List<RuleFinding>();
        ILookup<string, InstalledPackage> packages = inventory.Packages.ToLookup(package => package.Name);
        findings.AddRange(_required.Where(name => !packages.Contains(name)).Select(name => new RuleFinding("required", name, "", "")));
        findings.AddRange(_forbidden.SelectMany(name => packages[name])
            .Select(package => new RuleFinding("forbidden", package.Name, "", package.Version)));
        foreach ((string name, string version) in _minimum)
            findings.AddRange(packages[name].Where(package => VersionOrder.Compare(package.Kind, package.Version, version) < 0)
                .Select(package => new RuleFinding("minimum", name, version, package.Version)));
        foreach (FileRule rule in _files)
            findings.AddRange(rule.Check(files));
        return findings;
    }

    private static Baseline Parse(JsonElement root)
    {
        var baseline = new Baseline();
        foreach (JsonProperty part in root.EnumerateObject())
        {
            switch (part.Name)
            {
                case "packages":
                    baseline.AddPackages(part.Value);
                    break;
                case "files":
                    baseline._files.AddRange(part.Value.EnumerateArray().Select(FileRule.Parse));
                    break;
                default:
                    throw new FormatException($"'{part.Name}' is no part of a baseline; 'packages' and 'files' are");
            }
        }

        return baseline;
    }

    private void AddPackages(JsonElement packages)
    {
        foreach (JsonProperty rule in packages.EnumerateObject())
        {
            switch (rule.Name)
            {
                case "required":
                    _required.AddRange(rule.Value.EnumerateArray().Select(name => name.GetString()!));
                    break;
                case "forbidden":
                    _forbidden.AddRange(rule.Value.EnumerateArray().Select(name => name.GetString()!));
                    break;
                case "minimum":
                    _minimum.AddRange(rule.Value.EnumerateObject().Select(item => (item.Name, item.Value.GetString()!)));
                    break;
                default:
                    throw new FormatException($"'{rule.Name}' is not a rule for packages; 'required', 'forbidden' and 'minimum' are");
            }
        }
    }
}
