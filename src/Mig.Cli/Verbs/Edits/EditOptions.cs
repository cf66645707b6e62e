using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Edits;

namespace Mig.Cli.Verbs.Edits;

/// <summary>
/// The options of all verbs that change files in a version: where the commit goes, what it says, and whether there is one.
/// </summary>
/// <param name="dryRunAliases">Short names of <c>--dry-run</c>, for verbs that have them free.</param>
internal sealed class EditOptions(params string[] dryRunAliases)
{
    private const int MaxDefaultMessage = 72;

    private readonly Option<string[]> _message = new("--message",
        "-m")
    { Description = "Says what changes; given again, adds a paragraph. Otherwise the command is the message", HelpName = "MSG" };
    private readonly Option<string> _newBranch =
        new("--branch", "-b") { Description = "Makes a branch for the result; the version may then be any", HelpName = "NEW" };
    private readonly Option<bool> _dryRun = new("--dry-run", dryRunAliases) { Description = "Says what would change, and stores nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    public ReadOnlySpan<Option> All => new Option[] { _message, _newBranch, _dryRun, _noVerify };

    /// <param name="branch">The branch that is changed.</param>
    /// <param name="message">What the commit says when the user does not.</param>
    public EditRequest Read(ParseResult arguments, string branch, string message) => new()
    {
        Branch = branch,
        NewBranch = arguments.GetValue(_newBranch),
        Message = arguments.GetValue(_message) is { Length: > 0 } paragraphs ? string.Join("\n\n", paragraphs) : Shorten(message),
        DryRun = arguments.GetValue(_dryRun),
        NoVerify = arguments.GetValue(_noVerify),
    };

    internal static string Shorten(string message)
    {
        message = SafeText.Line(message);
        return message.Length <= MaxDefaultMessage ? message : string.Concat(message.AsSpan(0, MaxDefaultMessage - 1), "…");
    }
}
