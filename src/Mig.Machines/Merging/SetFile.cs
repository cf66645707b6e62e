using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Merging;

/// <summary>
/// Files whose lines, or groups of lines, are a set: what dpkg keeps of triggers, diversions and overrides, what ucf and PAM's profiles
/// know, certificates that are trusted. Sources: deb-triggers(5), dpkg-divert(1), dpkg-statoverride(1), shells(5), ucf(1),
/// update-ca-certificates(8).
/// </summary>
/// <param name="split">Takes a file apart into entries, each with its line breaks.</param>
/// <param name="keyOf">What tells an entry from the others.</param>
/// <param name="ownerOf">The package that an entry is there for; null where there is none.</param>
internal sealed class SetFile(Func<string, IEnumerable<string>> split, Func<string, string> keyOf, Func<string, string?>? ownerOf = null)
{
    private const string Triggers = "var/lib/dpkg/triggers/";
    private const string CertificateEnd = "-----END";

    private static readonly SetFile Lines = new(SplitLines, static entry => entry);

    // "/usr/bin/x", "/usr/bin/x.distrib", "package"
    private static readonly SetFile Diversions = new(static text => SplitLines(text).Chunk(3).Select(static lines => string.Concat(lines)),
        static entry => entry.Split('\n')[0], static entry => entry.Split('\n') is [_, _, var package, ..] ? package : null);

    // "/usr/share/x package", "/usr/share/x package/noawait"
    private static readonly SetFile FileTriggers = new(SplitLines, static entry => entry, static entry =>
        entry.TrimEnd('\n')[(entry.TrimEnd('\n').LastIndexOf(' ') + 1)..].Split('/')[0]);

    // "user group 4755 /usr/bin/x"
    private static readonly SetFile Overrides =
        new(SplitLines, static entry => entry.TrimEnd('\n').Split(' ', 4) is [_, _, _, var path] ? path : entry);

    // "d41d8cd98f00b204e9800998ecf8427e  /etc/x", "package /etc/x"
    private static readonly SetFile PathsLast = new(SplitLines, static entry =>
        entry.TrimEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [_, .., var path] ? path : entry);

    // "mozilla/X.crt", and "!mozilla/X.crt" for one that is not trusted
    private static readonly SetFile Switches = new(SplitLines, static entry => entry.TrimStart('!'));

    private static readonly SetFile Certificates = new(SplitCertificates, static entry => entry);

    /// <summary>Returns the way to merge a file; null when it is none of these.</summary>
    public static SetFile? Find(string path) => path switch
    {
        "var/lib/dpkg/diversions" => Diversions,
        "var/lib/dpkg/statoverride" => Overrides,
        "var/lib/dpkg/triggers/File" => FileTriggers,
        "var/lib/ucf/hashfile" or "var/lib/ucf/registry" => PathsLast,
        "etc/ca-certificates.conf" => Switches,
        "etc/ssl/certs/ca-certificates.crt" => Certificates,
        "etc/shells" or "var/lib/pam/seen" or "var/lib/dpkg/arch" => Lines,
        _ when path.StartsWith(Triggers, StringComparison.Ordinal) && path.IndexOf('/', Triggers.Length) < 0 => Lines,
        _ => null,
    };

    /// <param name="packages">Whose entries packages have, where one side has them as a whole.</param>
    public MergedText Merge(byte[] before, byte[] ours, byte[] theirs, MergeSide? favored, PackageSides packages)
    {
        IReadOnlyList<KeyedItem> left = Parse(ours), right = Parse(theirs);
        var owners = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (ownerOf is { } find)
        {
            foreach (KeyedItem item in right.Concat(left))
                owners[item.Key] = find(item.Text);
        }

        return new KeyedMerge(favored)
        {
            SideOf = key =>
            owners.GetValueOrDefault(key) is { } owner ? packages.TakenSideOf(owner) : null
        }.Merge(Parse(before), left, right);
    }

    public IReadOnlyList<KeyedItem> Parse(byte[] content) =>
        [.. split(Encoding.Latin1.GetString(content)).Select(entry => new KeyedItem(keyOf(entry), entry))];

    private static IEnumerable<string> SplitLines(string text)
    {
        string[] lines = text.Split('\n');
        return lines[..(lines[^1].Length == 0 ? ^1 : ^0)].Select(line => line + "\n");
    }

    private static IEnumerable<string> SplitCertificates(string text)
    {
        var entry = new StringBuilder();
        foreach (string line in SplitLines(text))
        {
            entry.Append(line);
            if (!line.StartsWith(CertificateEnd, StringComparison.Ordinal))
                continue;
            yield return entry.ToString();
            entry.Clear();
        }

        if (entry.Length > 0)
            yield return entry.ToString();
    }
}
