using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Exchange.Remotes;

namespace Mig.Cli.Verbs;

internal sealed class PushVerb : Verb
{
    public const string Summary = "Sends versions to a remote, and moves its branches";

    private const string Lease = "--force-with-lease";
    private const string LeaseOnAll = "--force-with-lease-on-all";

    private readonly Argument<string[]> _words = new("REMOTE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _upstream =
        new("--set-upstream", "-u") { Description = "Makes the branches follow those that they are pushed to" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Moves branches there even where history is lost" };
    private readonly Option<string[]> _lease =
        new(Lease) { Description = "The same, unless the branch there is not where it was fetched", HelpName = "REF[:EXPECTED]" };
    private readonly Option<bool> _leaseOnAll = new(LeaseOnAll) { Hidden = true };
    private readonly Option<bool> _delete = new("--delete", "-d") { Description = "Deletes branches or tags there" };
    private readonly Option<bool> _tags = new("--tags") { Description = "Pushes all tags as well" };
    private readonly Option<bool> _all = new("--all", "--branches") { Description = "Pushes all branches" };
    private readonly Option<bool> _atomic =
        new("--atomic") { Description = "Moves all branches there or none; so it is without this, too" };
    private readonly Option<bool> _noAtomic = new("--no-atomic") { Description = "Moves those that can be moved" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hook pre-push" };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Only says what would move" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Also lists what is up to date" };

    public PushVerb()
        : base("push", Summary)
    {
        Add(_upstream, _force, _lease, _leaseOnAll, _delete, _tags, _all, _atomic, _noAtomic, _noVerify, _dryRun, _verbose);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "push [-u] [--force | --force-with-lease[=REF[:EXPECTED]]] [--tags] [REMOTE | ADDRESS] [REFSPEC]...",
        "push --all [REMOTE]",
        "push --delete REMOTE NAME...",
    ];

    public override string Description =>
        "Only what the remote does not have is sent. Without REFSPEC the current branch is pushed to the one that it follows, when\n"
        + "both have the same name. A push that would lose versions there is refused, and says what to do. A refused push ends with 3.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig push -u origin web", "pushes branch web, which follows origin/web from now on"),
        ("mig push", "pushes the current branch to where it follows"),
        ("mig push origin v1 main:golden", "pushes tag v1, and main under the name golden"),
        ("mig push --force-with-lease", "replaces what is there, unless somebody else has pushed since the last fetch"),
        ("mig push --delete origin web", "deletes branch web there"),
        ("mig push --dry-run", "says what would move, and how much that is"),
    ];

    public override CompletionKind Completes => CompletionKind.Remotes;

    // The value of this option is optional, and never the next argument.
    public override string Rewrite(string argument) => argument == Lease ? LeaseOnAll : argument;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        if (arguments.GetValue(_atomic) && arguments.GetValue(_noAtomic))
            throw new UsageException("give --atomic or --no-atomic");
        List<PushLease> leases = [.. (arguments.GetValue(_lease) ?? []).Select(PushLease.Parse)];
        if (arguments.GetValue(_leaseOnAll))
            leases.Add(PushLease.Parse(null));
        bool isVerbose = arguments.GetValue(_verbose), isDryRun = arguments.GetValue(_dryRun);
        var options = new PushOptions
        {
            Remote = words.FirstOrDefault(),
            Refspecs = words.Length > 1 ? words[1..] : [],
            Deletes = arguments.GetValue(_delete),
            AllBranches = arguments.GetValue(_all),
            AllTags = arguments.GetValue(_tags),
            Force = arguments.GetValue(_force),
            Leases = leases,
            SetsUpstream = arguments.GetValue(_upstream),
            IsAtomic = !arguments.GetValue(_noAtomic),
            AsksHook = !arguments.GetValue(_noVerify),
            DryRun = isDryRun,
        };
        IReadOnlyList<PushOutcome> outcomes;
        using (ProgressBar? progress = session.ShowProgress())
            outcomes = new PushOperation(session.Repository)
                .Run(options with { Progress = progress ?? options.Progress }, session.Cancellation);
        foreach (PushOutcome outcome in outcomes)
            RefTable.Write(outcome, isVerbose, isDryRun, session);
        if (outcomes.FirstOrDefault(outcome => outcome.HasFailed) is not { } failed)
            return ExitCode.Success;
        throw new ConflictException(
            $"failed to push some refs to {failed.Address}{(failed.Hint is { } hint ? $": {hint}" : "; the remote says why")}");
    }
}
