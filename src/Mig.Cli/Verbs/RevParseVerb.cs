using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs;

internal sealed class RevParseVerb : Verb
{
    public const string Summary = "Prints the ids that revisions name";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _short = new("--short") { Description = "Prints the first digits only" };
    private readonly Option<bool> _abbrev = new("--abbrev-ref") { Description = "Prints the name of the branch instead of an id" };
    private readonly Option<bool> _folder = new("--repo-dir") { Description = "Prints the folder of the repository" };

    public RevParseVerb()
        : base("rev-parse", Summary)
    {
        Add(_short, _abbrev, _folder);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage => ["rev-parse [--short | --abbrev-ref] REV...", "rev-parse --repo-dir"];

    public override string Description =>
        "A revision is a branch, a tag, HEAD, the beginning of an id, with steps behind it: main~2, v1^2, HEAD@{1},\n"
        + "main@{yesterday}, v1^{commit}, HEAD^{image}. A range A..B prints B and ^A.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig rev-parse HEAD", "prints the id of the current commit"),
        ("mig rev-parse --abbrev-ref HEAD", "prints the branch that HEAD is on"),
        ("mig rev-parse v1^{image}", "prints the id of the image in v1: equal images have equal ids"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        string[] revisions = arguments.GetValue(_revisions) ?? [];
        if (arguments.GetValue(_folder))
        {
            session.Output.WriteLine(repository.Folder);
            if (revisions.Length == 0)
                return ExitCode.Success;
        }

        if (revisions.Length == 0)
            throw new UsageException("name a revision, as in 'mig rev-parse HEAD'");
        List<RevisionJson> found = [.. revisions.SelectMany(revision => Resolve(revision, repository))];
        if (session.IsJson)
        {
            session.WriteJson(found, MigJson.Default.RevisionJson);
            return ExitCode.Success;
        }

        foreach (RevisionJson item in found)
        {
            if (arguments.GetValue(_abbrev))
                session.Output.WriteLine(NameOf(item, repository));
            else
                session.Output.WriteLine((item.IsExcluded == true ? "^" : "")
                    + (arguments.GetValue(_short) ? item.Id[..CommitView.ShortId(default).Length] : item.Id));
        }

        return ExitCode.Success;
    }

    private static IEnumerable<RevisionJson> Resolve(string revision, Repository repository)
    {
        if (revision.StartsWith('^') || revision.Contains("..", StringComparison.Ordinal))
        {
            RevisionSet set = repository.Revisions.ResolveSet([revision]);
            string kind = ObjectKindName.Of(ObjectKind.Commit);
            return [.. set.Include.Select(id => new RevisionJson(revision, id.ToString(), kind, null, false)),
                .. set.Exclude.Select(id => new RevisionJson(revision, id.ToString(), kind, null, true))];
        }

        ResolvedRevision found = repository.Revisions.Resolve(revision);
        return [new RevisionJson(revision, found.Id.ToString(), ObjectKindName.Of(found.Kind), found.Ref?.Value, null)];
    }

    // As in Git, HEAD is shown as the branch that it is on, and what is not a ref stays an id.
    private static string NameOf(RevisionJson item, Repository repository)
    {
        if (item.Ref is null)
            return item.Id;
        RefName name = RefName.Parse(item.Ref);
        return name == RefName.Head && repository.Refs.ReadHead().Branch is { } branch ? branch.ShortName : name.ShortName;
    }
}
