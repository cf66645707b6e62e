using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.Transfer.Addresses;

namespace Mig.Cli.Verbs;

internal sealed class RemoteVerb : Verb
{
    public const string Summary = "Lists, adds and removes the repositories that versions are exchanged with";

    /// <summary>What the first argument can be.</summary>
    public static readonly string[] Commands = ["add", "get-url", "remove", "rename", "set-url"];

    private readonly Argument<string[]> _words = new("COMMAND") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Shows the addresses" };
    private readonly Option<string[]> _track = new("--track", "-t") { Description = "add: fetches this branch alone", HelpName = "BRANCH" };
    private readonly Option<bool> _fetch = new("--fetch", "-f") { Description = "add: fetches at once" };
    private readonly Option<bool> _tags = new("--tags") { Description = "add: a fetch brings all tags" };
    private readonly Option<bool> _noTags = new("--no-tags") { Description = "add: a fetch brings no tags" };
    private readonly Option<bool> _push = new("--push") { Description = "set-url, get-url: the address to push to" };
    private readonly Option<bool> _add = new("--add") { Description = "set-url: adds an address" };
    private readonly Option<bool> _delete = new("--delete") { Description = "set-url: takes an address away" };
    private readonly Option<bool> _all = new("--all") { Description = "get-url: all addresses" };

    public RemoteVerb()
        : base("remote", Summary)
    {
        Add(_verbose, _track, _fetch, _tags, _noTags, _push, _add, _delete, _all);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "remote [-v] [--json]",
        "remote add [-f] [-t BRANCH] [--tags | --no-tags] NAME ADDRESS",
        "remote rename OLD NEW",
        "remote remove NAME",
        "remote get-url [--push] [--all] NAME",
        "remote set-url [--push] [--add | --delete] NAME ADDRESS [OLD-ADDRESS]",
    ];

    public override string Description => "A password in an address is never shown.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig remote add origin https://images.example/lab", "calls that repository origin; 'mig fetch' then brings what it has"),
        ("mig remote -v", "lists the remotes and where they are"),
        ("mig remote set-url origin ssh://host/srv/images", "says that it has moved"),
        ("mig remote rename origin lab", "renames it, with its tracking branches and what branches follow"),
    ];

    public override CompletionKind Completes => CompletionKind.RemoteCommands;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        if (words.Length == 0)
            return List(arguments.GetValue(_verbose), session);
        if (session.IsJson)
            throw new UsageException($"'mig remote {words[0]}' has nothing to print as JSON; leave --json out");
        var editor = new RemoteEditor(session.Repository);
        switch (words)
        {
            case ["add", var name, var address]:
                TagFetch tags = arguments.GetValue(_tags) ? TagFetch.All : arguments.GetValue(_noTags) ? TagFetch.None : TagFetch.Following;
                editor.Add(name, address, tags, arguments.GetValue(_track));
                return arguments.GetValue(_fetch) ? Fetch(name, session) : ExitCode.Success;
            case ["remove" or "rm", var name]:
                editor.Remove(name);
                return ExitCode.Success;
            case ["rename", var old, var name]:
                editor.Rename(old, name);
                return ExitCode.Success;
            case ["get-url", var name]:
                return GetUrl(name, arguments, session);
            case ["set-url", var name, var address]:
                SetUrl(editor, name, address, null, arguments);
                return ExitCode.Success;
            case ["set-url", var name, var address, var old]:
                SetUrl(editor, name, address, old, arguments);
                return ExitCode.Success;
            default:
                throw new UsageException(
                    $"'mig remote {string.Join(' ', words)}' is not what remote takes; 'mig help remote' shows what is");
        }
    }

    private static int List(bool isVerbose, Session session)
    {
        var remotes = new RemoteConfiguration(session.Repository);
        if (session.IsJson)
        {
            session.WriteJson(remotes.Names.Select(name => RemoteJson.Of(remotes.Read(name))), MigJson.Default.RemoteJson);
            return ExitCode.Success;
        }

        foreach (string name in remotes.Names)
        {
            if (!isVerbose)
            {
                session.Output.WriteLine(SafeText.Line(name));
                continue;
            }

            Remote remote = remotes.Read(name);
            string note = remote.IsPromisor ? " [content on demand]" : "";
            session.Output.WriteLine($"{SafeText.Line(name)}\t{Show(remote.Urls.Count > 0 ? remote.Urls[0] : "")} (fetch){note}");
            foreach (string url in remote.PushUrls)
                session.Output.WriteLine($"{SafeText.Line(name)}\t{Show(url)} (push)");
        }

        return ExitCode.Success;
    }

    // Its settings are newer than what this session has read.
    private static int Fetch(string name, Session session)
    {
        using Repository repository = Repository.Open(session.Repository.Folder, session.Context);
        FetchOutcome outcome;
        using (ProgressBar? progress = session.ShowProgress())
            outcome = new FetchOperation(repository)
                .Run(new FetchOptions
                {
                    Remote = name, Action = $"fetch {name}", Progress = progress
                ?? (IProgressSink)NoProgress.Instance
                }, session.Cancellation);
        Views.RefTable.Write(outcome, isVerbose: false, isDryRun: false, session);
        return outcome.HasRejected ? ExitCode.Conflict : ExitCode.Success;
    }

    private int GetUrl(string name, ParseResult arguments, Session session)
    {
        var remotes = new RemoteConfiguration(session.Repository);
        if (!remotes.Exists(name))
            throw new NotFoundException($"there is no remote '{name}'; 'mig remote' lists them");
        Remote remote = remotes.Read(name);
        IReadOnlyList<string> urls = arguments.GetValue(_push) ? remote.PushUrls : remote.Urls;
        foreach (string url in arguments.GetValue(_all) ? urls : urls.Take(1))
            session.Output.WriteLine(Show(url));
        return ExitCode.Success;
    }

    private void SetUrl(RemoteEditor editor, string name, string address, string? old, ParseResult arguments)
    {
        bool adds = arguments.GetValue(_add), deletes = arguments.GetValue(_delete);
        if ((adds || deletes) && (old is not null || (adds && deletes)))
            throw new UsageException("give one of --add ADDRESS, --delete ADDRESS, and NEW OLD");
        UrlChange change = adds ? UrlChange.Add : deletes ? UrlChange.Delete : UrlChange.Replace;
        editor.SetUrl(name, arguments.GetValue(_push), change, deletes ? null : address, deletes ? address : old);
    }

    private static string Show(string url) => SafeText.Line(RemoteAddress.Redact(url));
}
