using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Refs;

namespace Mig.Images.Sessions;

/// <summary>What a session is: the file <c>session</c> of its folder (docs/format.md, "Sessions").</summary>
/// <param name="Base">The version that it began with, or that was last made of it.</param>
/// <param name="Branch">Where its commits go; null for none.</param>
/// <param name="Created">When it began.</param>
/// <param name="Expires">When it may go; null for never.</param>
/// <param name="Disks">One for each disk of the image, in its order.</param>
/// <param name="Next">The version that is being made of it; null for none.</param>
internal sealed record SessionFile(
    CommitId Base, RefName? Branch, DateTimeOffset Created, DateTimeOffset? Expires, IReadOnlyList<SessionFile.Disk> Disks,
    CommitId? Next = null)
{
    public const string Name = "session";

    private const string Magic = "mig-session 1";
    private const int MostBytes = 1 << 20;

    /// <exception cref="CorruptStoreException">SESS-001: it is missing, or breaks its format.</exception>
    public static SessionFile Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        string[] lines;
        try
        {
            lines = Encoding.UTF8.GetString(HostFiles.ReadAllBytes(path, MostBytes)).Split('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CorruptStoreException("SESS-001", $"{path} is missing; 'mig session discard' removes what is left of the session", e);
        }

        if (lines[0] != Magic || lines[^1].Length > 0)
            throw Corrupt(path, 1, lines[0], $"'{Magic}' and a line break at the end");
        CommitId? commit = null, next = null;
        RefName? branch = null;
        DateTimeOffset? created = null, expires = null;
        var disks = new List<Disk>();
        for (int i = 1; i < lines.Length - 1; i++)
        {
            string[] words = lines[i].Split(' ');
            switch (words)
            {
                case ["base", var id] when commit is null && id.Length == 2 * ObjectId.Size && ObjectId.TryParse(id, out ObjectId parsed):
                    commit = new CommitId(parsed);
                    break;
                case ["next", var id] when next is null && id.Length == 2 * ObjectId.Size && ObjectId.TryParse(id, out ObjectId parsed):
                    next = new CommitId(parsed);
                    break;
                case ["branch", var name] when branch is null && RefName.TryParse(name, out RefName? reference) && reference.IsBranch:
                    branch = reference;
                    break;
                case ["created", var time] when created is null && TryTime(time, out DateTimeOffset at):
                    created = at;
                    break;
                case ["expires", var time] when expires is null && TryTime(time, out DateTimeOffset at):
                    expires = at;
                    break;
                case ["disk", var map, .. var layers] when layers.Length is > 0 and <= BlockMap.MostLayers && IsId(map) && layers.All(IsId):
                    disks.Add(new Disk(map, layers));
                    break;
                default:
                    throw Corrupt(path, i + 1, lines[i], "base, next, branch, created, expires, each once, and disks");
            }
        }

        return commit is { } known && created is { } begun
            ? new SessionFile(known, branch, begun, expires, disks, next)
            : throw Corrupt(path, lines.Length, "", "base and created");
    }

    /// <summary>Writes it durably in the place of the one that is there.</summary>
    public void Write(string folder)
    {
        var text = new StringBuilder();
        text.Append(Magic).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"base {Base.Value}\n");
        if (Next is { } next)
            text.Append(CultureInfo.InvariantCulture, $"next {next.Value}\n");
        if (Branch is not null)
            text.Append(CultureInfo.InvariantCulture, $"branch {Branch}\n");
        text.Append(CultureInfo.InvariantCulture, $"created {Created.ToUnixTimeSeconds()}\n");
        if (Expires is { } end)
            text.Append(CultureInfo.InvariantCulture, $"expires {end.ToUnixTimeSeconds()}\n");
        foreach (Disk disk in Disks)
            text.Append(CultureInfo.InvariantCulture, $"disk {disk.Map} {string.Join(' ', disk.Layers)}\n");
        string path = Path.Combine(folder, Name);
        DurableFile.WriteNew(path + ".new", Encoding.UTF8.GetBytes(text.ToString()));
        DurableFile.Publish(path + ".new", path);
    }

    private static bool TryTime(string text, out DateTimeOffset time)
    {
        bool isTime = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < 253_402_300_800;
        time = isTime ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        return isTime;
    }

    // They become names of files.
    private static bool IsId(string text) => text.Length == Disk.IdLength && text.All(char.IsAsciiHexDigitLower);

    private static CorruptStoreException Corrupt(string path, int line, string found, string allowed) => new("SESS-001",
        $"{path}, line {line}: '{(found.Length > 80 ? found[..80] : found)}' found, {allowed} allowed; 'mig session discard' removes the "
            + $"session");

    /// <summary>The files of a disk.</summary>
    /// <param name="Map">Names the map.</param>
    /// <param name="Layers">Name the layers, the one that is written last.</param>
    internal sealed record Disk(string Map, IReadOnlyList<string> Layers)
    {
        /// <summary>Hexadecimal digits of a name.</summary>
        public const int IdLength = 16;

        public string MapName => Map + ".map";

        public IEnumerable<string> LayerNames => Layers.Select(layer => layer + ".layer");
    }
}
