using System.Collections.Concurrent;
using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Dpkg;

namespace Mig.Machines.Verification;

/// <summary>
/// What dpkg records of files: <c>info/*.md5sums</c>, the conffiles in its status file, diversions. Source: deb-md5sums(5), dpkg-query(1),
/// dpkg-divert(1).
/// </summary>
internal static class DpkgFiles
{
    private const int MaxSize = 64 << 20;
    private const int DigestLength = 32;

    /// <summary>Adds what is recorded.</summary>
    /// <param name="owned">Gets the path of everything that belongs to a package, directories included.</param>
    /// <param name="records">Which lists and checksums count, by their paths; null for all.</param>
    public static void Read(MachineFiles files, List<RecordedFile> recorded, HashSet<string> owned, CancellationToken cancellation,
        IReadOnlySet<string>? records = null)
    {
        List<MachineFile> lists = [], sums = [];
        foreach (MachineFile file in files.List($"{DpkgDatabase.Folder}/info").Where(file => records?.Contains(file.Path) != false))
        {
            if (file.Entry.Type == TreeEntryType.File && file.Path.EndsWith(".md5sums", StringComparison.Ordinal))
                sums.Add(file);
            else if (file.Entry.Type == TreeEntryType.File && file.Path.EndsWith(".list", StringComparison.Ordinal))
                lists.Add(file);
        }

        IEnumerable<MachineFile?> others = [files.Find($"{DpkgDatabase.Folder}/diversions"), files.Find($"{DpkgDatabase.Folder}/status")];
        files.Prefetch([.. sums, .. lists, .. others.OfType<MachineFile>()]);
        DpkgDiversions diversions = DpkgDiversions.Parse(
            Encoding.UTF8.GetString(files.Read($"{DpkgDatabase.Folder}/diversions", MaxSize) ?? []));
        var found = new ConcurrentBag<List<RecordedFile>>();
        int count = 0;
        files.ReadMany(sums, MaxSize, (i, content) => Keep(found, ParseSums(content, PackageOf(sums[i].Path), diversions)), cancellation);
        var paths = new ConcurrentBag<List<(string Path, string Package)>>();
        files.ReadMany(lists, MaxSize, (i, content) => Keep(paths, Owned(content, PackageOf(lists[i].Path), diversions)), cancellation);
        owned.UnionWith(paths.SelectMany(list => list).Select(item => item.Path));
        var conffiles = ParseConffiles(files.Read($"{DpkgDatabase.Folder}/status", MaxSize) ?? [], diversions)
            .ToDictionary(file => file.Path);
        recorded.AddRange(found.SelectMany(list => list).Where(file => !conffiles.ContainsKey(file.Path)));
        recorded.AddRange(conffiles.Values.Where(file => owned.Contains(file.Path)));

        // Of links and directories no checksum is kept, but dpkg knows that they were there.
        HashSet<string> known = [.. recorded.Select(file => file.Path)];
        recorded.AddRange(paths.SelectMany(list => list).OrderBy(item => item.Package, StringComparer.Ordinal)
            .Where(item => item.Path is not ("" or ".") && known.Add(item.Path))
                .Select(item => new RecordedFile(item.Path, item.Package) { IsPresenceOnly = true }));

        void Keep<T>(ConcurrentBag<List<T>> all, List<T> some)
        {
            if (Interlocked.Add(ref count, some.Count) > 2 * RecordedFile.MaxCount)
                throw new CorruptImageException(
                    "PKG-002", $"the packages in /{DpkgDatabase.Folder}/info claim more than {RecordedFile.MaxCount} files");
            all.Add(some);
        }
    }

    private static List<(string Path, string Package)> Owned(ReadOnlySpan<byte> content, string package, DpkgDiversions diversions) =>
        [.. Lines(content).Select(line => (diversions.Apply(line.Trim('/'), package), package))];

    // "d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/x"
    private static List<RecordedFile> ParseSums(ReadOnlySpan<byte> content, string package, DpkgDiversions diversions)
    {
        var files = new List<RecordedFile>();
        foreach (string line in Lines(content))
        {
            if (line.Length > DigestLength + 2 && line[DigestLength] == ' ')
                files.Add(new RecordedFile(diversions.Apply(line[(DigestLength + 2)..].TrimStart('/'), package),
                    package)
                { Digest = line[..DigestLength], IsLink = false });
        }

        return files;
    }

    // Below "Conffiles:", lines such as " /etc/x d41d8cd98f00b204e9800998ecf8427e obsolete"; the path may hold spaces.
    private static IEnumerable<RecordedFile> ParseConffiles(byte[] status, DpkgDiversions diversions)
    {
        string package = "";
        bool isInside = false;
        var seen = new HashSet<string>();
        foreach (string line in Lines(status))
        {
            if (line.StartsWith("Package: ", StringComparison.Ordinal))
                package = line["Package: ".Length..].Trim();
            isInside = line.StartsWith("Conffiles:", StringComparison.Ordinal) || (isInside && line.StartsWith(' '));
            if (!isInside || !line.StartsWith(" /", StringComparison.Ordinal))
                continue;
            string text = line.Trim();
            bool isObsolete = false;
            foreach (string flag in (string[])[" obsolete", " remove-on-upgrade"])
            {
                if (text.EndsWith(flag, StringComparison.Ordinal))
                    (text, isObsolete) = (text[..^flag.Length], true);
            }

            int space = text.LastIndexOf(' ');
            if (space > 0 && text.Length - space - 1 == DigestLength && seen.Add(text[1..space]))
                yield return new RecordedFile(diversions.Apply(text[1..space], package), package)
                {
                    Digest = text[(space + 1)..],
                    IsConfiguration = true, IsOptional = isObsolete, IsLink = false
                };
        }
    }

    // "libc6:amd64.md5sums" is of libc6.
    private static string PackageOf(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name[..name.LastIndexOf('.')].Split(':')[0];
    }

    private static string[] Lines(ReadOnlySpan<byte> content) =>
        Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
