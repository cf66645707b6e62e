using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Verbs.Edits;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Packages;

namespace Mig.Cli.Verbs;

/// <summary>The options that installing, removing and upgrading packages share.</summary>
internal sealed class PackageOptions
{
    public const string Usage = "[-m MSG] [-n] [--no-verify] [--json]";

    private readonly Option<string[]> _message =
        new("--message", "-m") { HelpName = "MSG", Description = "Says what changes; otherwise the command is the message" };

    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Says what would change, and stores nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };
    private readonly Option<string> _source =
        new("--source")
        {
            HelpName = "DIR|URL", Description = "Where packages are found: a folder of this machine, "
            + "or a mirror (with --net)"
        };

    private readonly Option<bool> _net = new("--net") { Description = "Lends the image's apt this machine's network" };

    /// <summary>Those of all three.</summary>
    public ReadOnlySpan<Option> All => new Option[] { _message, _dryRun, _noVerify, _source, _net };

    /// <summary>Those that need no packages from anywhere.</summary>
    public ReadOnlySpan<Option> Few => new Option[] { _message, _noVerify };

    public EditRequest Edit(ParseResult arguments, string branch, string message) => new()
    {
        Branch = branch,
        Message = arguments.GetValue(_message) is { Length: > 0 } paragraphs
            ? string.Join("\n\n", paragraphs) : EditOptions.Shorten(message),
        DryRun = arguments.GetValue(_dryRun),
        NoVerify = arguments.GetValue(_noVerify),
    };

    /// <summary>Where packages come from: a folder, or a mirror, or neither.</summary>
    public (string? Folder, string? Mirror) Source(ParseResult arguments)
    {
        string? source = arguments.GetValue(_source);
        bool isMirror = source?.Contains("://", StringComparison.Ordinal) == true;
        return isMirror && !arguments.GetValue(_net) ? throw new UsageException("a mirror is reached with '--net'")
            : isMirror ? (null, source) : (source, null);
    }

    public PackageRun Run(ParseResult arguments, Session session, EditRequest edit) => new(edit.Branch, edit.Message)
    {
        Network = arguments.GetValue(_net),
        NoVerify = edit.NoVerify,
        IsSilent = session.IsJson,
    };
}
