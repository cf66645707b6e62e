using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Exchange.Remotes;

namespace Mig.Cli.Verbs;

internal sealed class FetchVerb : Verb
{
    public const string Summary = "Brings what a remote has, and moves no branch";

    private readonly Argument<string[]> _words = new("REMOTE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "Fetches from all remotes" };
    private readonly Option<bool> _prune = new("--prune", "-p") { Description = "Removes tracking branches whose origin is gone" };
    private readonly Option<bool> _noPrune = new("--no-prune") { Description = "Keeps them, whatever the configuration says" };
    private readonly Option<bool> _tags =
        new("--tags", "-t") { Description = "Brings all tags, not only those that lead into what is fetched" };
    private readonly Option<bool> _noTags = new("--no-tags", "-n") { Description = "Brings no tags" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Moves refs even where history is lost" };
    private readonly Option<string> _depth = new("--depth") { Description = "Brings only so many versions of each branch", HelpName = "N" };
    private readonly Option<bool> _unshallow = new("--unshallow") { Description = "Brings all that a --depth left out" };
    private readonly Option<string> _filter =
        new("--filter") { Description = "content: leaves contents there; they come when they are needed", HelpName = "WHAT" };
    private readonly Option<bool> _refetch = new("--refetch")
    {
        Description =
        "Goes through all of what is there, not only what is new: what is missing here, or was found damaged, comes anew"
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only says what would come" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Also lists what is up to date" };

    public FetchVerb()
        : base("fetch", Summary)
    {
        Add(_all, _prune, _noPrune, _tags, _noTags, _force, _depth, _unshallow, _filter, _refetch, _dryRun, _verbose);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
        ["fetch [--prune] [--tags] [--depth N] [--refetch] [REMOTE | ADDRESS] [REFSPEC]...", "fetch --all [--prune] [--tags]"];

    public override string Description =>
        "A tracking branch, such as origin/main, keeps what a branch of the remote is on. Without REMOTE, mig asks the remote\n"
        + "that the current branch follows. A REFSPEC is [+]SOURCE[:DESTINATION], as in Git. A fetch that is cut off goes on\n"
        + "where it was when it is called again.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig fetch", "brings what is new, and moves origin/main and the like"),
        ("mig fetch --prune --tags", "also brings all tags, and forgets branches that are gone there"),
        ("mig fetch origin web:refs/heads/web-there", "brings one branch under a name of its own"),
        ("mig fetch --dry-run", "says what would come, and how much that is"),
    ];

    public override CompletionKind Completes => CompletionKind.Remotes;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        if (arguments.GetValue(_depth) is not null && arguments.GetValue(_unshallow))
            throw new UsageException("--unshallow brings all, --depth does not; give one of them");
        var options = new FetchOptions
        {
            Remote = words.FirstOrDefault(),
            Refspecs = words.Length > 1 ? words[1..] : [],
            Tags = arguments.GetValue(_tags) ? TagFetch.All : arguments.GetValue(_noTags) ? TagFetch.None : null,
            Prunes = arguments.GetValue(_prune) ? true : arguments.GetValue(_noPrune) ? false : null,
            Force = arguments.GetValue(_force),
            Depth = arguments.GetValue(_unshallow) ? int.MaxValue : RemoteArguments.Depth(arguments.GetValue(_depth)),
            WithoutContent = RemoteArguments.Filter(arguments.GetValue(_filter)),
            Refetch = arguments.GetValue(_refetch),
            DryRun = arguments.GetValue(_dryRun),
        };
        if (arguments.GetValue(_unshallow) && session.Repository.Objects.Shallow.Count == 0)
            throw new UsageException("nothing was left out here: --unshallow is for what came with --depth");
        if (!arguments.GetValue(_all))
            return Fetch(options, arguments.GetValue(_verbose), session) ? ExitCode.Conflict : ExitCode.Success;
        if (words.Length > 0)
            throw new UsageException("--all fetches from all remotes; give it, or the name of one");
        return FetchAll(options, arguments, session);
    }

    // One that cannot be reached keeps nobody from the others.
    private int FetchAll(FetchOptions options, ParseResult arguments, Session session)
    {
        var remotes = new RemoteConfiguration(session.Repository);
        RemoteException? failure = null;
        bool hasRejected = false;
        string[] names = [.. remotes.Names.Where(name => !remotes.Read(name).IsSkipped)];
        foreach (string name in names)
        {
            session.Say($"Fetching {name}");
            try
            {
                hasRejected |= Fetch(options with { Remote = name, IsOneOfSeveral = names.Length > 1 }, arguments.GetValue(_verbose),
                    session);
            }
            catch (RemoteException e)
            {
                session.Warn(e.Message);
                failure ??= e;
            }
        }

        return failure is not null ? ExitCode.Remote : hasRejected ? ExitCode.Conflict : ExitCode.Success;
    }

    private static bool Fetch(FetchOptions options, bool isVerbose, Session session)
    {
        FetchOutcome outcome;
        string action = string.Join(' ', options.Refspecs.Prepend(
            options.Remote is null ? "" : Transfer.Addresses.RemoteAddress.Redact(options.Remote)).Prepend("fetch")).TrimEnd();
        using (ProgressBar? progress = session.ShowProgress())
            outcome = new FetchOperation(session.Repository)
                .Run(options with { Action = action, Progress = progress ?? options.Progress }, session.Cancellation);
        RefTable.Write(outcome, isVerbose, options.DryRun, session);
        return outcome.HasRejected;
    }
}
