using System.Text;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Machines.Inventories.Languages;

/// <summary>
/// Installed gems, by the specifications that RubyGems writes. They are programs; the few lines that matter have one form, and nothing is
/// run.
/// </summary>
internal sealed class RubyLanguage : ILanguage
{
    private const string Ending = ".gemspec";

    public int MaxSize => 1 << 20;

    public IEnumerable<MachineFile> Find(IContentSource store, TreeEntry entry, string name)
    {
        if (entry.Type != TreeEntryType.Directory || name != "specifications")
            yield break;
        foreach (TreeEntry item in TreeReader.ReadEntries(store, entry.Tree))
        {
            string path = $"{name}/{Encoding.UTF8.GetString(item.Name.Span)}";
            if (path.EndsWith(Ending, StringComparison.Ordinal) && item.Type is TreeEntryType.File or TreeEntryType.HardLink)
                yield return new MachineFile(path, item);
            if (item.Type != TreeEntryType.Directory || !item.Name.Span.SequenceEqual("default"u8))
                continue;
            foreach (TreeEntry standard in TreeReader.ReadEntries(store, item.Tree))
            {
                if (standard.Type == TreeEntryType.File)
                    yield return new MachineFile($"{path}/{Encoding.UTF8.GetString(standard.Name.Span)}", standard);
            }
        }
    }

    public IEnumerable<InstalledPackage> Read(ReadOnlySpan<byte> content, string location)
    {
        string name = "", version = "", license = "";
        foreach (Range range in content.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = content[range].Trim(" \t\r"u8);
            if (name.Length == 0 && line.StartsWith("s.name ="u8))
                name = Quoted(line);
            else if (version.Length == 0 && line.StartsWith("s.version ="u8))
                version = Quoted(line);
            else if (license.Length == 0 && line.StartsWith("s.licenses ="u8))
                license = Quoted(line);
        }

        return name.Length == 0 || version.Length == 0 ? []
            : [new InstalledPackage(PackageKind.Ruby, name, version) { License = license, Location = location }];
    }

    private static string Quoted(ReadOnlySpan<byte> line)
    {
        int start = line.IndexOfAny((byte)'"', (byte)'\'', (byte)'%') + 1;
        if (start == 0)
            return "";
        byte end = line[start - 1];
        if (end == '%')
        {
            // %q{rack}, %Q(rack), %(rack): any bracket, or any other sign twice.
            if (start < line.Length && line[start] is (byte)'q' or (byte)'Q')
                start++;
            if (start == line.Length)
                return "";
            end = line[start++] switch
            {
                (byte)'{' => (byte)'}',
                (byte)'(' => (byte)')',
                (byte)'[' => (byte)']',
                (byte)'<' =>
                (byte)'>',
                var sign => sign
            };
        }

        int length = line[start..].IndexOf(end);
        return length < 0 ? "" : Encoding.UTF8.GetString(line.Slice(start, length));
    }
}
