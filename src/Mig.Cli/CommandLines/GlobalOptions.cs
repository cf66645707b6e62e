using System.CommandLine;

namespace Mig.Cli.CommandLines;

/// <summary>The options that every verb understands, before and after its name.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Names of those that take a value, which stands in the next argument unless after <c>=</c>.</summary>
    public static readonly string[] WithValue = ["--repo", "-C", "-c", "--color"];

    public Option<string> Repository { get; } =
        new("--repo") { Description = "Uses the repository in this folder", HelpName = "DIR", Recursive = true };

    public Option<string[]> Directory { get; } = new(
        "-C")
    { Description = "Runs as if started in this folder", HelpName = "DIR", Recursive = true, Arity = new ArgumentArity(1, 100) };

    public Option<string[]> Setting { get; } = new("-c")
    {
        Description = "Sets a configuration value for this run", HelpName = "KEY=VALUE",
        Recursive = true, Arity = new ArgumentArity(1, 1000)
    };

    public Option<string> Color { get; } =
        new("--color") { Description = "Colours the output: auto, always or never", HelpName = "WHEN", Recursive = true };

    public Option<bool> NoProgress { get; } = new("--no-progress") { Description = "Shows no progress bar", Recursive = true };

    public Option<bool> Quiet { get; } =
        new("--quiet", "-q") { Description = "Says nothing but results, warnings and errors", Recursive = true };

    public Option<bool> Json { get; } = new("--json") { Description = "Prints JSON (docs/guide/json.md)", Recursive = true };

    public Option<bool> Help { get; } = new("--help", "-h") { Description = "Explains the verb", Recursive = true };

    public Option<bool> Version { get; } = new("--version") { Description = "Prints the version" };

    public IReadOnlyList<Option> All => [Repository, Directory, Setting, Color, NoProgress, Quiet, Json, Help];
}
