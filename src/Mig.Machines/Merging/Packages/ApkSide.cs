using System.Text;
using Mig.Machines.Verification;

namespace Mig.Machines.Merging.Packages;

/// <summary>What apk has installed on a side: stanzas of one-letter fields. Source: apk-tools, "apk_db_read_installed".</summary>
internal static class ApkSide
{
    public const int MaxSize = 64 << 20;

    public static Dictionary<string, SidePackage> Read(byte[] installed)
    {
        var packages = new Dictionary<string, SidePackage>(StringComparer.Ordinal);
        foreach (string stanza in ApkTable.Split(installed))
        {
            string name = ApkTable.Field(stanza, 'P');
            packages[name] = new SidePackage(name, ApkTable.Field(stanza, 'V'))
            {
                Signature = ApkTable.Field(stanza, 'C'),
                Files = () => [.. Files(stanza).Select(file => file.Path)],
                Configuration = () => [.. Files(stanza).Where(file => file.IsConfiguration)
                    .Select(file => (file.Path, file.Algorithm, file.Digest))],
            };
        }

        return packages;
    }

    private static List<RecordedFile> Files(string stanza)
    {
        var recorded = new List<RecordedFile>();
        var owned = new HashSet<string>();
        ApkFiles.Read(Encoding.Latin1.GetBytes(stanza), recorded, owned);
        HashSet<string> known = [.. recorded.Select(file => file.Path)];
        recorded.AddRange(owned.Where(path => !known.Contains(path)).Select(path => new RecordedFile(path, "")));
        return recorded;
    }
}
