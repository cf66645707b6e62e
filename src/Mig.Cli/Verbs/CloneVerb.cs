using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Exchange.Remotes;

namespace Mig.Cli.Verbs;

internal sealed class CloneVerb : Verb
{
    public const string Summary = "Makes a repository from another one";

    private readonly Argument<string[]> _words = new("ADDRESS") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _bare =
        new("--bare") { Description = "Makes DIR itself the repository, with the branches as they are there" };
    private readonly Option<string> _branch = new("--branch", "-b") { Description = "Puts HEAD on this branch or tag", HelpName = "NAME" };
    private readonly Option<string> _depth = new("--depth") { Description = "Brings only so many versions of one branch", HelpName = "N" };
    private readonly Option<bool> _single = new("--single-branch") { Description = "Brings one branch alone" };
    private readonly Option<bool> _noSingle = new("--no-single-branch") { Description = "With --depth, brings all branches" };
    private readonly Option<string> _filter =
        new("--filter") { Description = "content: leaves contents there; they come when they are needed", HelpName = "WHAT" };
    private readonly Option<string> _origin =
        new("--origin", "-o") { Description = "Calls the remote so instead of origin", HelpName = "NAME" };

    private readonly Option<bool> _local =
        new("--local", "-l") { Description = "From a folder of yours: takes its packs over unread, by shared blocks or hard links" };
    private readonly Option<bool> _noLocal =
        new("--no-local") { Description = "From a folder, too, has every object sent and verified as it comes" };
    private readonly Option<bool> _noLinks =
        new("--no-hardlinks") { Description = "With --local: makes copies of packs, never second names for them" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Goes on with the clone in DIR that was broken off" };

    public CloneVerb()
        : base("clone", Summary)
    {
        Add(_bare, _branch, _depth, _single, _noSingle, _filter, _origin, _local, _noLocal, _noLinks, _resume);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
        ["clone [--bare] [--branch NAME] [--depth N] [--filter=content] [--origin NAME] [--local] ADDRESS [DIR]", "clone --resume [DIR]"];

    public override string Description =>
        "ADDRESS is a folder, ssh://[user@]host[:port]/path, [user@]host:path, or http(s)://host[:port]/path. Without DIR, the\n"
        + "clone has the name of the other repository. DIR must be new or empty. A clone that is broken off keeps what has\n"
        + "arrived, and the same command goes on with it. A folder in which nothing has arrived is removed again.\n"
        + "From a folder of yours, packs are copied whole and compared with their checksums on the way. With --local they are\n"
        + "not read: their blocks are shared (btrfs, XFS), or the files get second names, so that damage to one is damage to\n"
        + "both. Contents are verified when they are used; --no-local verifies all of them now.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig clone ssh://host/srv/images", "makes the folder images with all versions in it"),
        ("mig clone --depth 1 --branch web https://images.example/lab", "brings only the newest version of branch web"),
        ("mig clone --filter=content /srv/images", "brings history and the lists of files; contents come when asked for"),
        ("mig clone --bare host:images backup.mig", "makes a repository to push to"),
    ];

    public override CompletionKind Completes => CompletionKind.Files;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        if (arguments.GetValue(_resume))
            return Resume(words, session);
        if (words.Length is 0 or > 2)
            throw new UsageException("clone takes the address of a repository, and the folder to make");
        return Run(session, words.ElementAtOrDefault(1), new CloneOptions
        {
            Address = words[0],
            Directory = words.Length == 2 ? words[1] : null,
            BaseFolder = Environment.CurrentDirectory,
            IsBare = arguments.GetValue(_bare),
            Branch = arguments.GetValue(_branch),
            Depth = RemoteArguments.Depth(arguments.GetValue(_depth)),
            IsSingleBranch = arguments.GetValue(_single) ? true : arguments.GetValue(_noSingle) ? false : null,
            WithoutContent = RemoteArguments.Filter(arguments.GetValue(_filter)) ?? false,
            RemoteName = arguments.GetValue(_origin),
            Sharing = SharingOf(arguments),
        });
    }

    private PackSharing SharingOf(ParseResult arguments)
    {
        bool isLocal = arguments.GetValue(_local), isUnshared = arguments.GetValue(_noLocal);
        if (isLocal && isUnshared)
            throw new UsageException("--local takes packs over unread, --no-local has every object sent: one of them, please");
        return isUnshared ? PackSharing.None : !isLocal ? PackSharing.CheckedCopies : arguments.GetValue(_noLinks) ? PackSharing.Copies
            : PackSharing.Links;
    }

    private static int Resume(string[] words, Session session)
    {
        if (words.Length > 1)
            throw new UsageException("clone --resume takes the folder of the clone, and nothing else: it knows the address");
        string folder = words.ElementAtOrDefault(0) ?? ".";
        return Run(session, folder, CloneOperation.FindUnfinished(Path.Combine(Environment.CurrentDirectory, folder), session.Context));
    }

    private static int Run(Session session, string? folder, CloneOptions options)
    {
        using ProgressBar? progress = session.ShowProgress();
        var operation = new CloneOperation(options with { Progress = progress ?? options.Progress }, session.Context);
        string shown = folder ?? Path.GetFileName(operation.Folder);
        session.Say(operation.IsBegun ? $"Going on with the clone in '{shown}'..."
            : $"Cloning into {(options.IsBare ? "bare repository " : "")}'{shown}'...");
        CloneOutcome outcome = operation.Run(session.Cancellation);
        progress?.Dispose();
        if (outcome.Fetch.Refs.Count == 0)
            session.Warn("you appear to have cloned an empty repository");
        else if (outcome.Head is null && outcome.Branch is not null)
            session.Warn(
                $"the remote's HEAD is on '{outcome.Branch.ShortName}', which has no commit; 'mig checkout BRANCH' goes to another branch");
        RefTable.Write(outcome.Fetch.Transfer, "Received", session);
        return outcome.HookExitCode;
    }
}
