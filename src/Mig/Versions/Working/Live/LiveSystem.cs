using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Trees;

namespace Mig.Versions.Working.Live;

/// <summary>
/// A running system, asked through its own <c>find</c> and <c>sha256sum</c> (GNU): of this machine, or of another by the user's ssh. Paths
/// are
/// bytes, each a character of Latin-1.
/// </summary>
internal sealed class LiveSystem
{
    private const string Fields = @"%p\0%y\0%m\0%U\0%G\0%s\0%T@\0%D\0%l\0";
    private const int FieldCount = 9;
    private const int MaxProblems = 100;

    private readonly string[] _shell;
    private readonly string _root;
    private readonly List<string> _problems = [];

    /// <param name="place">A folder, which has a slash in it or is there; else [USER@]HOST or [USER@]HOST:FOLDER.</param>
    /// <param name="sshCommand">The program and options that reach a host.</param>
    public LiveSystem(string place, string sshCommand)
    {
        if (place.Length == 0 || place.StartsWith('-'))
            throw new UsageException($"'{place}' is no folder and no host: --live takes a folder, HOST or USER@HOST:FOLDER");
        int colon = place.IndexOf(':', StringComparison.Ordinal), slash = place.IndexOf('/', StringComparison.Ordinal);
        if (Directory.Exists(place) || (slash >= 0 && (colon < 0 || slash < colon)))
        {
            _shell = ["sh", "-c"];
            _root = Path.GetFullPath(place);
            return;
        }

        _shell = [.. sshCommand.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--", colon < 0 ? place : place[..colon]];
        _root = colon < 0 ? "/" : place[(colon + 1)..];
    }

    /// <summary>What the system said it could not do.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Adds something that could not be done.</summary>
    public void Report(string problem) => _problems.Add(problem);

    /// <summary>Lists all below the root and some mount points, each within its file system.</summary>
    /// <param name="mounts">Without a slash at either end.</param>
    /// <exception cref="UsageException">The system cannot be reached or has no such folder.</exception>
    public Dictionary<string, LiveEntry> List(IEnumerable<string> mounts, CancellationToken cancellation)
    {
        string starts = string.Concat(mounts.Select(mount => " ./" + ShellText.Quote(mount)));
        byte[] output = Run($"cd {ShellText.Quote(_root)} && LC_ALL=C find .{starts} -xdev -printf '{Fields}'", [], cancellation);
        string[] fields = Encoding.Latin1.GetString(output).Split('\0');
        var entries = new Dictionary<string, LiveEntry>();
        for (int i = 0; i + FieldCount < fields.Length; i += FieldCount)
            entries[fields[i] == "." ? "" : fields[i][2..]] = Parse(fields.AsSpan(i, FieldCount));
        if (!entries.ContainsKey("") || fields.Length % FieldCount != 1)
            throw new UsageException(
                $"the files below {_root} were not listed: {string.Join("; ", _problems.DefaultIfEmpty("no answer"))}. "
                + "--live needs a folder, or a host, with GNU find");
        return entries;
    }

    /// <summary>Returns the SHA-256 of files; those that could not be read are left out.</summary>
    public Dictionary<string, ObjectId> Hash(IReadOnlyCollection<string> paths, CancellationToken cancellation)
    {
        var hashes = new Dictionary<string, ObjectId>();
        if (paths.Count == 0)
            return hashes;
        byte[] input = Encoding.Latin1.GetBytes(string.Concat(paths.Select(path => $"./{path}\0")));
        byte[] output = Run($"cd {ShellText.Quote(_root)} && LC_ALL=C xargs -0 sha256sum -z --", input, cancellation);
        foreach (string line in Encoding.Latin1.GetString(output).Split('\0'))
        {
            // "HASH  ./PATH", or with a star for binary.
            const int PathStart = (2 * ObjectId.Size) + 4;
            if (line.Length > PathStart && ObjectId.TryParse(line.AsSpan(0, 2 * ObjectId.Size), out ObjectId hash))
                hashes[line[PathStart..]] = hash;
        }

        return hashes;
    }

    /// <summary>Packs files, directories and links by the system's own tar, without what is in the directories.</summary>
    /// <param name="paths">As <see cref="List"/> names them.</param>
    public void Pack(IReadOnlyCollection<string> paths, Stream archive, CancellationToken cancellation)
    {
        if (paths.Count == 0)
            return;
        byte[] input = Encoding.Latin1.GetBytes(string.Concat(paths.Select(path => $"./{path}\0")));

        // A file that is written meanwhile is taken as long as it was, and tar ends with 1.
        Run($"cd {ShellText.Quote(_root)} && LC_ALL=C tar -c -f - --format=pax --no-recursion --numeric-owner --xattrs "
            + "--xattrs-include='*' "
            + "--warning=no-file-changed --no-unquote --null -T -", input, archive, cancellation, harmless: 1);
    }

    private static LiveEntry Parse(ReadOnlySpan<string> fields)
    {
        TreeEntryType type = fields[1] switch
        {
            "f" => TreeEntryType.File,
            "d" => TreeEntryType.Directory,
            "l" => TreeEntryType.SymbolicLink,
            "c" => TreeEntryType.CharacterDevice,
            "b" => TreeEntryType.BlockDevice,
            "p" => TreeEntryType.Fifo,
            _ => TreeEntryType.Socket,
        };
        string[] time = fields[6].Split('.');
        try
        {
            return new LiveEntry(
                type,
                Convert.ToInt32(fields[2], 8),
                uint.Parse(fields[3], CultureInfo.InvariantCulture),
                uint.Parse(fields[4], CultureInfo.InvariantCulture),
                long.Parse(fields[5], CultureInfo.InvariantCulture),
                new Timestamp(
                    long.Parse(time[0], CultureInfo.InvariantCulture),
                    time.Length > 1 ? int.Parse(time[1].PadRight(9, '0')[..9], CultureInfo.InvariantCulture) : 0),
                ulong.Parse(fields[7], CultureInfo.InvariantCulture),
                fields[8]);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new UsageException(
                $"the system's find says of '{fields[0]}' what find does not say: {string.Join(' ', fields[1..].ToArray())}");
        }
    }

    private byte[] Run(string script, byte[] input, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        Run(script, input, output, cancellation);
        return output.ToArray();
    }

    private void Run(string script, byte[] input, Stream output, CancellationToken cancellation, int harmless = 0)
    {
        var start = new ProcessStartInfo(_shell[0], [.. _shell[1..], script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.Latin1,
        };
        using Process process = Start(start);
        using CancellationTokenRegistration end = cancellation.Register(process.Kill);
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Task copy = process.StandardOutput.BaseStream.CopyToAsync(output, CancellationToken.None);
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read all: what it said tells why.
        }

        process.WaitForExit();
        copy.Wait(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        string[] said = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        _problems.AddRange(said.Take(Math.Max(0, MaxProblems - _problems.Count)));
        if (process.ExitCode != 0 && process.ExitCode != harmless && said.Length == 0)
            _problems.Add($"{_shell[0]} ended with {process.ExitCode}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new UsageException(
                $"'{start.FileName}' cannot be started: {new Win32Exception(e.NativeErrorCode).Message}; core.sshCommand says what "
                    + "reaches a "
                + "host");
        }
    }
}
