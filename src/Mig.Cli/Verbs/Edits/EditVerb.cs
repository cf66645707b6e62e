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

    private readonly Argument<string[]> _arguments;
    private readonly EditOptions _options = new();

    /// <param name="argument">The name of the first argument in the help.</param>
    /// <param name="takesOne">Whether there is one argument at most.</param>
    protected EditVerb(string name, string summary, string argument = "BRANCH:PATH", bool takesOne = false)
        : base(name, summary)
    {
        _arguments = new Argument<string[]>(argument)
        {
            Arity = takesOne ? ArgumentArity.ZeroOrOne : ArgumentArity.ZeroOrMore,
            CustomParser = static result => [.. result.Tokens.Select(token => token.Value)], // the usual one makes no array of one
        };
        Add(_arguments);
    }

    public override CompletionKind Completes => CompletionKind.Paths;

    public override bool HasJson => true;

    /// <summary>Adds the options that all these verbs have; called after the verb's own.</summary>
    protected void AddCommon() => Add(_options.All);

    /// <summary>Commits one change for each place.</summary>
    protected int Commit(ParseResult arguments, Session session, EditPaths paths, string action,
        Func<ReadOnlyMemory<byte>, EditOperation> make) =>
        Commit(arguments, session, paths.Revision, paths.Places[0], $"{action} {EditPaths.Describe(paths.Places)}", changes =>
        {
            foreach (PathSpec place in paths.Places)
                changes.Run(new PlacedOperation(place, make(place.Path)));
        });

    /// <summary>Makes changes, commits them and prints what became of it.</summary>
    /// <param name="place">The volume that is meant where none is named.</param>
    /// <param name="message">What the commit says when the user does not.</param>
    protected int Commit(ParseResult arguments, Session session, string revision, PathSpec place, string message,
        Action<VolumeChanges> apply)
    {
        EditRequest request = _options.Read(arguments, revision, message);
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

        new EditReport(session).Write(result, logs, request.DryRun);
        return ExitCode.Success;
    }

    /// <summary>The arguments that were given.</summary>
    protected string[] Given(ParseResult arguments) => arguments.GetValue(_arguments) ?? [];

    /// <summary>The arguments, of which there must be some.</summary>
    protected string[] Require(ParseResult arguments, int least, string example) =>
        Given(arguments) is var all && all.Length >= least ? all
            : throw new UsageException($"something is missing; it is written as in '{example}'");
}
