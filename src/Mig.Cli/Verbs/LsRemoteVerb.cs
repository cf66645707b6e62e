using System.CommandLine;
using System.IO.Enumeration;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.History.Refs;
using Mig.Transfer;

namespace Mig.Cli.Verbs;

internal sealed class LsRemoteVerb : Verb
{
    public const string Summary = "Lists the branches and tags of a remote";

    private readonly Argument<string[]> _words = new("REMOTE") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _heads = new("--heads", "--branches", "-b") { Description = "Lists branches" };
    private readonly Option<bool> _tags = new("--tags", "-t") { Description = "Lists tags" };
    private readonly Option<bool> _refs = new("--refs") { Description = "Leaves out HEAD, and what annotated tags lead to" };
    private readonly Option<bool> _symref = new("--symref") { Description = "Also says which branch HEAD is on" };

    public LsRemoteVerb()
        : base("ls-remote", Summary)
    {
        Add(_heads, _tags, _refs, _symref);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
        ["ls-remote [--heads] [--tags] [--refs] [--symref] [REMOTE | ADDRESS] [PATTERN]... [--json]"];

    public override string Description =>
        "Asks the remote; nothing is fetched. The line that ends with ^{} says which commit an annotated tag leads to.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig ls-remote", "lists what the remote has that the current branch follows"),
        ("mig ls-remote --heads ssh://host/srv/images", "lists the branches of a repository that is not a remote yet"),
        ("mig ls-remote origin 'v1.*'", "lists the refs whose names match"),
    ];

    public override CompletionKind Completes => CompletionKind.Remotes;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        bool heads = arguments.GetValue(_heads), tags = arguments.GetValue(_tags), refsOnly = arguments.GetValue(_refs);
        string[]? prefixes = heads || tags
            ? [.. new[] { heads ? RefName.BranchPrefix : null, tags ? RefName.TagPrefix : null }.OfType<string>()] : null;
        RemoteListing listing = new ListOperation(session.FindRepository(), session.Context)
            .Run(words.FirstOrDefault(), Environment.CurrentDirectory, prefixes, session.Cancellation);
        IEnumerable<RemoteRef> refs =
            listing.Refs.Where(found => (!heads && !tags) || (heads && found.Name.IsBranch) || (tags && found.Name.IsTag));
        if (listing.HeadId is { } head && !heads && !tags && !refsOnly)
            refs = refs.Prepend(new RemoteRef(RefName.Head, head, null));
        refs = refs.Where(found => words.Length < 2 || words.Skip(1).Any(pattern => Matches(found.Name, pattern)));
        if (session.IsJson)
        {
            session.WriteJson(
                refs.Select(found => new RemoteRefJson(found.Name.ShortName, found.Name.Value, found.Id.ToString(),
                    found.Peeled?.ToString(), found.Name == RefName.Head ? listing.HeadTarget?.Value : null)),
                MigJson.Default.RemoteRefJson);
            return ExitCode.Success;
        }

        foreach (RemoteRef found in refs)
        {
            if (found.Name == RefName.Head && arguments.GetValue(_symref) && listing.HeadTarget is { } target)
                session.Output.WriteLine($"ref: {SafeText.Line(target.Value)}\tHEAD");
            session.Output.WriteLine($"{found.Id}\t{SafeText.Line(found.Name.Value)}");
            if (found.Peeled is { } peeled && !refsOnly)
                session.Output.WriteLine($"{peeled}\t{SafeText.Line(found.Name.Value)}^{{}}");
        }

        return ExitCode.Success;
    }

    // As in Git: a pattern fits the last parts of a name.
    private static bool Matches(RefName name, string pattern) =>
        FileSystemName.MatchesSimpleExpression("*/" + pattern, "/" + name.Value, ignoreCase: false);
}
