using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs.Edits;

/// <summary>What all verbs share that change files in a version: where the commit goes, what it says, and how it is told.</summary>
internal abstract class EditVerb : Verb
{
    protected const string CommonUsage = "[-m MSG] [-b NEW] [--dry-run] [--no-verify] [--json]";

    private const int MaxDefaultMessage = 72;

    private readonly Option<string[]> _message = new("--message", "-m") { Description = "Says what changes; given again, adds a paragraph. Otherwise the command is the message", HelpName = "MSG" };
    private readonly Option<string> _newBranch = new("--branch", "-b") { Description = "Makes a branch for the result; the version may then be any", HelpName = "NEW" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Says what would change, and stores nothing" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hooks commit-msg and pre-commit" };

    protected EditVerb(string name, string summary)
        : base(name, summary)
    {
    }

    public override CompletionKind Completes => CompletionKind.Paths;

    public override bool HasJson => true;

    /// <summary>Adds the options that all these verbs have; called after the verb's own.</summary>
    protected void AddCommon() => Add(_message, _newBranch, _dryRun, _noVerify);

    /// <summary>Commits one change for each place.</summary>
    protected int Commit(ParseResult arguments, Session session, EditPaths paths, string action, Func<ReadOnlyMemory<byte>, EditOperation> make) =>
        Commit(arguments, session, paths.Revision, paths.Places[0], $"{action} {EditPaths.Describe(paths.Places)}", changes =>
        {
            foreach (PathSpec place in paths.Places)
                changes.Run(new PlacedOperation(place, make(place.Path)));
        });

    /// <summary>Makes changes, commits them and prints what became of it.</summary>
    /// <param name="place">The volume that is meant where none is named.</param>
    /// <param name="message">What the commit says when the user does not.</param>
    protected int Commit(ParseResult arguments, Session session, string revision, PathSpec place, string message, Action<VolumeChanges> apply)
    {
        bool isDryRun = arguments.GetValue(_dryRun);
        var request = new EditRequest
        {
            Branch = revision,
            NewBranch = arguments.GetValue(_newBranch),
            Message = arguments.GetValue(_message) is { Length: > 0 } paragraphs ? string.Join("\n\n", paragraphs) : Shorten(message),
            DryRun = isDryRun,
            NoVerify = arguments.GetValue(_noVerify),
        };
        IReadOnlyList<(string Prefix, EditLog Log)> logs = [];
        EditResult result;
        using (ProgressBar? progress = session.ShowProgress())
        {
            result = new ImageEditor(session.Repository).Commit(request with { Progress = progress ?? request.Progress }, edit =>
            {
                var changes = new VolumeChanges(session.Repository, edit, revision, place);
                apply(changes);
                logs = changes.Logs;
            }, session.Cancellation);
        }

        new EditReport(session).Write(result, logs, isDryRun);
        return ExitCode.Success;
    }

    /// <summary>The arguments of a verb, of which there must be some.</summary>
    protected static string[] Require(string[]? given, int least, string example) =>
        given is { } all && all.Length >= least ? all : throw new UsageException($"something is missing; it is written as in '{example}'");

    private static string Shorten(string message)
    {
        message = SafeText.Line(message);
        return message.Length <= MaxDefaultMessage ? message : string.Concat(message.AsSpan(0, MaxDefaultMessage - 1), "…");
    }
}
