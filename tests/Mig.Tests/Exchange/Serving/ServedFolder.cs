using System.Diagnostics;
using System.Text;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Serving;

/// <summary>A folder of repositories, <c>lab/web</c> and <c>secret</c>, and <c>mig serve</c> for it in a process of its own.</summary>
internal sealed class ServedFolder : IDisposable
{
    private const string Greeting = "listening on ";

    private readonly StringBuilder _log = new();
    private Process? _server;

    public ServedFolder()
    {
        Directory.CreateDirectory(Files["root/lab"]);
        File.WriteAllBytes(Files["disk.img"], MixedBytes.Make(3 << 20, 7));
        Source.Commit(new CommitRequest { Disks = [Files["disk.img"]], Message = "a version" });
        Mig("clone", "-q", "--bare", Source.Folder, Files["root/lab/web"]).Ends(0);
        Mig("clone", "-q", "--bare", Source.Folder, Files["root/secret"]).Ends(0);
    }

    public TestFolder Files { get; } = new();

    /// <summary>The repository that the served ones are clones of.</summary>
    public TestRepository Source { get; } = new();

    public string Root => Files["root"];

    /// <summary>Where the server is, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    public Process Server => _server!;

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Adds a token to the access file and returns it.</summary>
    public string Token(string name, params string[] allow) =>
        Mig(["token", "create", name, "--append", Files["tokens"], .. allow.SelectMany(line => new[] { "--allow", line })]).Ends(0).Trim();

    public void Start(params string[] arguments)
    {
        _server = MigProgram.Start([],
            ["serve", .. arguments.Contains("--listen") ? [] : new[] { "--listen", "127.0.0.1:0" }, .. arguments, Root]);
        string line = "";
        while (!line.Contains(Greeting, StringComparison.Ordinal))
            line = _server.StandardError.ReadLine() ?? throw new InvalidOperationException("the server ended: " + line);
        Address = line[(line.IndexOf(Greeting, StringComparison.Ordinal) + Greeting.Length)..].Trim().TrimEnd('/');
        new Thread(() => Keep(_server.StandardError)) { IsBackground = true }.Start();
    }

    public static Said Mig(params string[] arguments) => new(MigProgram.Finish(MigProgram.Start([], arguments)));

    public static Said MigAs(string token, params string[] arguments) =>
        new(MigProgram.Finish(MigProgram.Start(["env", "MIG_TOKEN=" + token], arguments)));

    /// <summary>What curl gets: the body, and the status on a line of its own.</summary>
    public static string Curl(params string[] arguments) =>
        Tool.Run("curl", ["-sS", "--max-time", "20", "-w", "%{http_code}\n", .. arguments]);

    public void Dispose()
    {
        if (_server is { HasExited: false })
            _server.Kill();
        _server?.Dispose();
        Source.Dispose();
        Files.Dispose();
    }

    /// <summary>How the program ended and what it said.</summary>
    public sealed record Said((int ExitCode, string Output) Result)
    {
        public string Ends(int exitCode, string? part = null)
        {
            Assert.True(Result.ExitCode == exitCode, $"ended with {Result.ExitCode}: {Result.Output}");
            if (part is not null)
                Assert.Contains(part, Result.Output, StringComparison.Ordinal);
            return Result.Output;
        }
    }

    private void Keep(StreamReader lines)
    {
        while (lines.ReadLine() is { } line)
        {
            lock (_log)
                _log.Append(line).Append('\n');
        }
    }
}
