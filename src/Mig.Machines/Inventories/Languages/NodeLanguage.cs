using System.Text;
using System.Text.Json;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Machines.Inventories.Languages;

/// <summary>Packages below <c>node_modules</c>. Source: npm, "package.json" and "folders".</summary>
internal sealed class NodeLanguage : ILanguage
{
    private const string FileName = "package.json";

    public int MaxSize => 4 << 20;

    public IEnumerable<MachineFile> Find(IContentSource store, TreeEntry entry, string name)
    {
        if (entry.Type != TreeEntryType.Directory || name != "node_modules")
            yield break;
        foreach (TreeEntry package in TreeReader.ReadEntries(store, entry.Tree))
        {
            if (package.Type != TreeEntryType.Directory)
                continue;
            string path = $"{name}/{Encoding.UTF8.GetString(package.Name.Span)}";
            if (package.Name.Span[0] != (byte)'@')
            {
                if (TreeReader.Find(store, package.Tree, "package.json"u8) is { } file)
                    yield return new MachineFile($"{path}/{FileName}", file);
                continue;
            }

            foreach (TreeEntry scoped in TreeReader.ReadEntries(store, package.Tree))
            {
                if (scoped.Type == TreeEntryType.Directory && TreeReader.Find(store, scoped.Tree, "package.json"u8) is { } file)
                    yield return new MachineFile($"{path}/{Encoding.UTF8.GetString(scoped.Name.Span)}/{FileName}", file);
            }
        }
    }

    public IEnumerable<InstalledPackage> Read(ReadOnlySpan<byte> content, string location)
    {
        string name = "", version = "", license = "";
        try
        {
            var reader = new Utf8JsonReader(content.StartsWith("\uFEFF"u8) ? content[3..] : content);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                bool isName = reader.ValueTextEquals("name"u8), isVersion = reader.ValueTextEquals("version"u8),
                    isLicense = reader.ValueTextEquals("license"u8);
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                    reader.Skip();
                else if (isName)
                    name = reader.GetString() ?? "";
                else if (isVersion)
                    version = reader.GetString() ?? "";
                else if (isLicense)
                    license = reader.GetString() ?? "";
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }

        return name.Length == 0 || version.Length == 0 ? []
            : [new InstalledPackage(PackageKind.Node, name, version) { License = license, Location = location }];
    }
}
