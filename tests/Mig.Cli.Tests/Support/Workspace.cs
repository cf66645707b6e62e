using Mig.Testing;

namespace Mig.Cli.Tests.Support;

/// <summary>A folder with the program, a fixed clock, a fixed user and nobody's settings.</summary>
internal sealed class Workspace : IDisposable
{
    /// <summary>The seconds that every commit is made at, unless a test says otherwise: 2026-09-21 14:13:20 UTC.</summary>
    public const long Now = 1_790_000_000;

    private readonly TestFolder _folder = new();

    public Workspace()
    {
        Directory.CreateDirectory(_folder["home"]);
        Directory.CreateDirectory(_folder["work"]);
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = _folder["home"],
            ["XDG_CONFIG_HOME"] = null,
            ["MIG_CONFIG_SYSTEM"] = _folder["no-system-config"],
            ["MIG_CONFIG_GLOBAL"] = null,
            ["MIG_DIR"] = null,
            ["MIG_EDITOR"] = null,
            ["VISUAL"] = null,
            ["EDITOR"] = null,
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["MIG_AUTHOR_NAME"] = "Ada Lovelace",
            ["MIG_AUTHOR_EMAIL"] = "ada@example.com",
            ["MIG_COMMITTER_NAME"] = "Ada Lovelace",
            ["MIG_COMMITTER_EMAIL"] = "ada@example.com",
            ["NO_COLOR"] = null,
            ["TERM"] = "xterm",
            ["TZ"] = "UTC",
        };
        SetTime(Now);
    }

    public Dictionary<string, string?> Environment { get; }

    /// <summary>Where commands run.</summary>
    public string Folder => _folder["work"];

    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>A workspace with the repository of <see cref="SampleRepository"/>.</summary>
    public static Workspace WithSample()
    {
        var workspace = new Workspace();
        Tool.Run("cp", "-a", SampleRepository.Folder + "/.", workspace.Folder);
        return workspace;
    }

    public void SetTime(long seconds)
    {
        Environment["MIG_AUTHOR_DATE"] = $"@{seconds} +0000";
        Environment["MIG_COMMITTER_DATE"] = $"@{seconds} +0000";
    }

    /// <summary>Runs mig.</summary>
    public Outcome Mig(params string[] arguments) => Start(arguments, null);

    /// <summary>Runs mig with text on its standard input.</summary>
    public Outcome MigWithInput(string input, params string[] arguments) => Start(arguments, input);

    /// <summary>Runs mig, which must succeed, and returns what it printed.</summary>
    public string Ok(params string[] arguments) => Mig(arguments).Ends(0).Output;

    /// <summary>Runs a shell script in which <c>mig</c> is a command.</summary>
    public Outcome Shell(string script)
    {
        return Tool.Capture("bash", ["-c", $"mig() {{ '{Testing.BuiltProgram.Path}' \"$@\"; }}\n{script}"], Folder, Environment, null);
    }

    /// <summary>Puts a program called <c>mig</c> into a folder, for shells that look for one; returns the folder.</summary>
    public string MakeProgram()
    {
        string bin = _folder["bin"];
        Directory.CreateDirectory(bin);
        string program = Path.Combine(bin, "mig");
        File.WriteAllText(program, $"#!/bin/sh\nexec '{Testing.BuiltProgram.Path}' \"$@\"\n");
        Tool.Run("chmod", "755", program);
        return bin;
    }

    public void Dispose() => _folder.Dispose();

    private Outcome Start(string[] arguments, string? input)
    {
        Outcome outcome = Tool.Capture(Testing.BuiltProgram.Path, arguments, Folder, Environment, input);
        return outcome with { Command = "mig " + string.Join(' ', arguments) };
    }
}
