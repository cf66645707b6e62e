using System.Text;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Dpkg;
using Mig.Store;

namespace Mig.Machines.Inventories.Languages;

/// <summary>Python distributions. Source: PyPA, "Recording installed projects" and "Core metadata specifications".</summary>
internal sealed class PythonLanguage : ILanguage
{
    public int MaxSize => 4 << 20;

    public IEnumerable<MachineFile> Find(IContentSource store, TreeEntry entry, string name)
    {
        bool isUnpacked = name == "EGG-INFO", isEgg = isUnpacked || name.EndsWith(".egg-info", StringComparison.Ordinal);
        if (isEgg && !isUnpacked && entry.Type is TreeEntryType.File or TreeEntryType.HardLink)
            return [new MachineFile(name, entry)];
        if (entry.Type != TreeEntryType.Directory || !(isEgg || name.EndsWith(".dist-info", StringComparison.Ordinal)))
            return [];
        string file = isEgg ? "PKG-INFO" : "METADATA";
        return TreeReader.Find(store, entry.Tree, Encoding.ASCII.GetBytes(file)) is { } found ? [new MachineFile($"{name}/{file}", found)]
            : [];
    }

    public IEnumerable<InstalledPackage> Read(ReadOnlySpan<byte> content, string location)
    {
        // The description follows after an empty line.
        int end = content.IndexOf("\n\n"u8), windows = content.IndexOf("\n\r\n"u8);
        end = end < 0 || (windows >= 0 && windows < end) ? windows : end;
        string name = "", version = "", license = "", supplier = "";
        ControlFile.Read(
            end < 0 ? content : content[..end],
            (field, value) =>
            {
                if (ControlFile.Is(field, "Name"u8))
                    name = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "Version"u8))
                    version = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "License"u8) && license.Length == 0)
                    license = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "License-Expression"u8))
                    license = Encoding.UTF8.GetString(value);
                else if (ControlFile.Is(field, "Author"u8))
                    supplier = Encoding.UTF8.GetString(value);
            },
            () => { });
        return name.Length == 0 || version.Length == 0 ? []
            : [new InstalledPackage(PackageKind.Python, name, version) { License = Known(license), Supplier = Known(supplier),
            Location = location }];
    }

    private static string Known(string value) => value == "UNKNOWN" ? "" : value;
}
