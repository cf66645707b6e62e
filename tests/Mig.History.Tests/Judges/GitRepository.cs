using System.Diagnostics;
using System.Text;

namespace Mig.History.Tests.Judges;

/// <summary>A real Git repository with SHA-256 ids, as a judge. A missing git fails the test that needs it.</summary>
internal sealed class GitRepository : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GitRepository()
    {
        _ = Run("init", "--quiet", "--object-format=sha256", "--initial-branch=main");
        _ = Run("config", "user.name", "A U Thor");
        _ = Run("config", "user.email", "author@example.com");
    }

    public string Folder => _folder.Path;

    /// <summary>The folder with HEAD and refs: the same format as mig's.</summary>
    public string Names => Path.Combine(Folder, ".git");

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Runs git, which must succeed, and returns what it printed, without the last line break.</summary>
    public string Run(params string[] arguments)
    {
        (int exit, string output, string errors) = TryRun("", arguments);
        Assert.True(exit == 0, $"git {string.Join(' ', arguments)}: {errors}");
        return output.TrimEnd('\n');
    }

    /// <summary>Runs git with bytes to read.</summary>
    public (int Exit, string Output, string Errors) TryRun(string input, params string[] arguments) =>
        TryRun(Encoding.UTF8.GetBytes(input), arguments);

    public (int Exit, string Output, string Errors) TryRun(byte[] input, params string[] arguments) =>
        Execute("git", Folder, input, Environment, arguments);

    public static (int Exit, string Output, string Errors) Execute(
        string program, string folder, byte[] input, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not want to read all of it.
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    public void Dispose() => _folder.Dispose();
}
