using System.Text;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Machines.Inventories.Languages;

/// <summary>
/// Java archives, by the properties that Maven puts into them, or its model, or else by their manifest and name; archives inside archives,
/// too.
/// </summary>
internal sealed class JavaLanguage : ILanguage
{
    private const int MaxMemberSize = 16 << 20;
    private const int MaxNesting = 2;
    private const string ManifestName = "META-INF/MANIFEST.MF";
    private const string PropertiesEnding = "/pom.properties", ModelEnding = "/pom.xml";
    private static readonly string[] Endings = [".jar", ".war", ".ear", ".par", ".sar", ".nar", ".kar", ".rar", ".aar", ".hpi", ".jpi"];

    public int MaxSize => 64 << 20;

    public IEnumerable<MachineFile> Find(IContentSource store, TreeEntry entry, string name) =>
        entry.Type is TreeEntryType.File or TreeEntryType.HardLink && IsArchive(name) ? [new MachineFile(name, entry)] : [];

    public IEnumerable<InstalledPackage> Read(ReadOnlySpan<byte> content, string location) => Read(content.ToArray(), location, MaxNesting);

    private static List<InstalledPackage> Read(byte[] archive, string location, int nesting)
    {
        var packages = new List<InstalledPackage>();
        Dictionary<string, string> manifest = [];
        var models = new List<(string Folder, byte[] Content)>();
        var described = new HashSet<string>();
        foreach ((string name, byte[] content) in ZipDirectory.Read(archive, IsWanted, MaxMemberSize))
        {
            if (IsArchive(name))
            {
                if (nesting > 0)
                    packages.AddRange(Read(content, $"{location}!{name}", nesting - 1));
            }
            else if (name == ManifestName)
            {
                manifest = Fields(content, ':');
            }
            else if (name.EndsWith(ModelEnding, StringComparison.Ordinal))
            {
                models.Add((name[..^ModelEnding.Length], content));
            }
            else
            {
                described.Add(name[..^PropertiesEnding.Length]);
                Dictionary<string, string> maven = Fields(content, '=');
                Add(packages, maven.GetValueOrDefault("groupId"), maven.GetValueOrDefault("artifactId"), maven.GetValueOrDefault("version"),
                    location);
            }
        }

        foreach ((string folder, byte[] model) in models)
        {
            if (!described.Contains(folder) && MavenCoordinates.ReadPom(model) is { } pom)
                Add(packages, pom.Group, pom.Artifact, pom.Version, location);
        }

        if (!packages.Exists(package => package.Location == location))
            AddByManifest(packages, manifest, location);
        return packages;
    }

    private static bool IsWanted(string name) => name == ManifestName || IsArchive(name)
        || (name.StartsWith("META-INF/maven/", StringComparison.Ordinal)
            && (name.EndsWith(PropertiesEnding, StringComparison.Ordinal) || name.EndsWith(ModelEnding, StringComparison.Ordinal)));

    private static bool IsArchive(string name) =>
        Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static void AddByManifest(List<InstalledPackage> packages, Dictionary<string, string> manifest, string location)
    {
        (string artifact, string version) = MavenCoordinates.SplitName(location[(location.LastIndexOfAny(['/', '!']) + 1)..]);
        string bundle = manifest.GetValueOrDefault("Bundle-SymbolicName")?.Split(';')[0].Trim()
            ?? manifest.GetValueOrDefault("Automatic-Module-Name") ?? "";
        if (version.Length == 0)
            version = manifest.GetValueOrDefault("Implementation-Version") ?? manifest.GetValueOrDefault("Bundle-Version")
                ?? manifest.GetValueOrDefault("Specification-Version") ?? "";
        if (manifest.Count > 0)
            Add(packages, MavenCoordinates.FindGroup(artifact, manifest.GetValueOrDefault("Implementation-Vendor-Id", ""), bundle),
                artifact, version, location);
    }

    // A package of Maven always has a group; that of old ones is their own name.
    private static void Add(List<InstalledPackage> packages, string? group, string? artifact, string? version, string location)
    {
        if (!string.IsNullOrEmpty(artifact) && !string.IsNullOrEmpty(version))
            packages.Add(new InstalledPackage(
                PackageKind.Java, $"{(string.IsNullOrEmpty(group) ? artifact : group)}:{artifact}", version)
            { Location = location });
    }

    private static Dictionary<string, string> Fields(byte[] content, char separator)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in Encoding.UTF8.GetString(content).Replace("\r", "", StringComparison.Ordinal)
            .Replace("\n ", "", StringComparison.Ordinal).Split('\n'))
        {
            int at = line.IndexOf(separator, StringComparison.Ordinal);
            if (at > 0)
                fields.TryAdd(line[..at].Trim(), line[(at + 1)..].Trim());
        }

        return fields;
    }
}
