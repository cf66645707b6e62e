using System.Collections.Concurrent;
using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Dpkg;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Installing;

/// <summary>
/// What dpkg of a machine knows and would do beside what it is asked for. Text is one character for each byte.
/// Source: dpkg(1), dpkg-divert(1),
/// dpkg-trigger(1); dpkg's <c>doc/spec/triggers.txt</c>.
/// </summary>
internal sealed class DpkgState
{
    /// <summary>The status file, from the machine's root.</summary>
    public const string StatusPath = $"{DpkgDatabase.Folder}/status";

    private const int MaxSize = 64 << 20;

    // Options that change nothing of what an installation leaves behind.
    private static readonly string[] Harmless = ["no-debsig", "force-unsafe-io", "force-confold", "force-confdef"];

    private readonly MachineFiles _files;
    private readonly List<(string Path, string Package)> _fileInterests = [];

    private DpkgState(MachineFiles files, byte[] status)
    {
        _files = files;
        Status = status;
        Stanzas = StanzaFile.Parse(status)[0];
        Packages = Stanzas.ToDictionary(item => item.Key, item => item.Text, StringComparer.Ordinal);
        Installed = new InstalledSet(Packages);
        Architecture = Packages.TryGetValue("dpkg", out string? dpkg) ? StanzaFile.Field(dpkg, "Architecture") ?? "" : "";
        Diverted = Lines("diversions").Chunk(3).SelectMany(entry => entry.Take(2)).ToHashSet(StringComparer.Ordinal);
        foreach (string line in Lines("triggers/File"))
        {
            if (line.Split(' ') is [var path, var package])
                _fileInterests.Add((path, package.Split('/')[0]));
        }

        Pending = FindPending();
    }

    /// <summary>The status file as it is.</summary>
    public byte[] Status { get; }

    /// <summary>Its stanzas, in its order.</summary>
    public IReadOnlyList<KeyedItem> Stanzas { get; }

    /// <summary>The same by key.</summary>
    public IReadOnlyDictionary<string, string> Packages { get; }

    public InstalledSet Installed { get; }

    /// <summary>That of dpkg itself; empty when there is none.</summary>
    public string Architecture { get; }

    /// <summary>Paths that are diverted, and those that they are diverted to.</summary>
    public IReadOnlySet<string> Diverted { get; }

    /// <summary>Why dpkg would do or leave something else than an installation alone; null when it would not.</summary>
    public string? Pending { get; }

    /// <summary>The file that dpkg logs to; null when it does not.</summary>
    public string? LogFile { get; private set; }

    /// <exception cref="UnsupportedFeatureException">The machine has no dpkg.</exception>
    public static DpkgState Read(MachineFiles files) => files.Read(StatusPath, MaxSize) is { } status
        ? new DpkgState(files, status)
        : throw new UnsupportedFeatureException("installing into an image without dpkg",
            "it has no /var/lib/dpkg/status; other package managers run by 'mig run'");

    /// <summary>The version of a package whose files are there; null when they are not.</summary>
    public string? VersionOf(string package) => StanzaFile.InstalledVersion(Packages.GetValueOrDefault(package));

    /// <summary>The package that dpkg would wake because another one has a path; null when there is none.</summary>
    public (string Interest, string Package)? FindInterest(string path)
    {
        foreach ((string interest, string package) in _fileInterests)
        {
            if (IsBelow(path, interest) || IsBelow(Alias(path), Alias(interest)))
                return (interest, package);
        }

        return null;
    }

    /// <summary>The packages that wait for a trigger by name.</summary>
    public IReadOnlyList<string> FindInterested(string trigger) => trigger.StartsWith('/')
        ? [.. _fileInterests.Where(item => item.Path == trigger).Select(item => item.Package)]
        : [.. Lines($"triggers/{trigger}").Select(line => line.Split('/')[0])];

    /// <summary>Finds the packages that have some paths.</summary>
    /// <param name="paths">With a slash at the beginning.</param>
    public IReadOnlyDictionary<string, string> FindOwners(IReadOnlySet<string> paths, CancellationToken cancellation)
    {
        var owners = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        List<MachineFile> lists = [.. _files.List($"{DpkgDatabase.Folder}/info")
            .Where(file => file.Entry.Type == TreeEntryType.File && file.Path.EndsWith(".list", StringComparison.Ordinal))];
        _files.ReadMany(lists, MaxSize, (i, content) =>
        {
            string name = lists[i].Path[(lists[i].Path.LastIndexOf('/') + 1)..^".list".Length];
            foreach (string line in Encoding.Latin1.GetString(content).Split('\n'))
            {
                if (paths.Contains(line))
                    owners[line] = name;
            }
        }, cancellation);
        return owners;
    }

    /// <summary>A path below /usr for one that a merged system has there.</summary>
    private static string Alias(string path) =>
        path.StartsWith("/bin/", StringComparison.Ordinal) || path.StartsWith("/sbin/", StringComparison.Ordinal)
            || path.StartsWith("/lib", StringComparison.Ordinal) ? "/usr" + path : path;

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');

    private string? FindPending()
    {
        foreach ((string key, string stanza) in Packages)
        {
            if (StanzaFile.Field(stanza, "Status")?.Split(' ') is not [_, "ok", "installed" or "config-files" or "not-installed"]
                || StanzaFile.Field(stanza, "Triggers-Pending") is not null || StanzaFile.Field(stanza, "Triggers-Awaited") is not null)
                return $"'{StanzaFile.NameOf(key)}' is not configured";
        }

        if (_files.List($"{DpkgDatabase.Folder}/updates").Count > 0 || Lines("triggers/Unincorp").Length > 0)
            return "dpkg was interrupted";
        if (Lines("statoverride").Length > 0)
            return "dpkg-statoverride sets owners or modes of its own";
        if (Lines("arch") is { Length: > 1 })
            return "it has packages of several architectures";
        if (_files.Read($"{DpkgDatabase.Folder}/info/format", MaxSize) is not { } format
            || !format.AsSpan().TrimEnd((byte)'\n').SequenceEqual("1"u8))
            return "its records are of another format";
        if (!IsInOrder())
            return "its status file is not in dpkg's order";
        return _files.Find("root/.dpkg.cfg") is not null ? "the user root configures dpkg (.dpkg.cfg)" : FindOption();
    }

    private bool IsInOrder()
    {
        for (int i = 1; i < Stanzas.Count; i++)
        {
            if (string.CompareOrdinal(StanzaFile.NameOf(Stanzas[i - 1].Key), StanzaFile.NameOf(Stanzas[i].Key)) > 0)
                return false;
        }

        return Stanzas.Sum(item => (long)item.Text.Length) == Status.Length;
    }

    private string? FindOption()
    {
        IEnumerable<string> paths = _files.List("etc/dpkg/dpkg.cfg.d").Select(file => file.Path).Order(StringComparer.Ordinal);
        foreach (string path in paths.Append("etc/dpkg/dpkg.cfg"))
        {
            foreach (string line in Encoding.Latin1.GetString(_files.Read(path, MaxSize) ?? []).Split('\n', StringSplitOptions.TrimEntries))
            {
                if (line.Length == 0 || line[0] == '#' || Harmless.Contains(line))
                    continue;
                if (line.Split([' ', '=', '\t'], 2, StringSplitOptions.TrimEntries) is not ["log", var log] || !log.StartsWith('/'))
                    return $"/{path} configures dpkg: {line}";
                LogFile = log.Trim('"');
            }
        }

        return null;
    }

    private string[] Lines(string name) => _files.Read($"{DpkgDatabase.Folder}/{name}", MaxSize) is { } content
        ? Encoding.Latin1.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
}
