using System.CommandLine;
using System.IO.Enumeration;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Versions.Tags;

namespace Mig.Cli.Verbs;

internal sealed class TagVerb : Verb
{
    public const string Summary = "Lists, makes and deletes tags";

    private readonly Argument<string[]> _names = new("NAME") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _annotate = new("--annotate", "-a") { Description = "Makes a tag that says who made it, when and why" };
    private readonly Option<string[]> _message = new("--message", "-m") { Description = "Its message; means -a", HelpName = "MSG" };
    private readonly Option<bool> _delete = new("--delete", "-d") { Description = "Deletes tags" };
    private readonly Option<bool> _list =
        new("--list", "-l") { Description = "Lists tags, those that match the patterns if some are given" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Moves a tag that is there" };

    public TagVerb()
        : base("tag", Summary)
    {
        Add(_list, _annotate, _message, _delete, _force);
        Add(_names);
    }

    public override IReadOnlyList<string> Usage =>
        ["tag [-l [PATTERN]...] [--json]", "tag [-a] [-m MSG] [-f] NAME [REV]", "tag -d NAME..."];

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig tag v1", "names the current version v1"),
        ("mig tag -a v1 -m 'handed to the customer'", "the same, saying who, when and why"),
        ("mig tag -d v1", "takes the name away; the version stays"),
        ("mig tag -l 'v1.*'", "lists the tags whose names match"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] names = arguments.GetValue(_names) ?? [];
        string[] message = arguments.GetValue(_message) ?? [];
        var editor = new TagEditor(session.Repository);
        if (arguments.GetValue(_delete))
        {
            if (names.Length == 0)
                throw new UsageException("name the tags to delete");
            foreach (string name in names)
                session.Report($"Deleted tag '{name}' (was {CommitView.ShortId(editor.Delete(name))})");
            return ExitCode.Success;
        }

        bool annotates = arguments.GetValue(_annotate) || message.Length > 0;
        if ((names.Length == 0 && !annotates) || arguments.GetValue(_list) || session.IsJson)
            return List(names, session);
        if (names.Length is 0 or > 2)
            throw new UsageException("a new tag takes a name, and the revision that it names");
        string? text = !annotates ? null
            : message.Length > 0 ? string.Join("\n\n", message)
            : MessageEditor.Ask(session, "what this tag is for", "give it with -m \"MESSAGE\"");
        if (editor.Create(names[0], names.Length == 2 ? names[1] : "HEAD", text, arguments.GetValue(_force)) is { } before)
            session.Output.WriteLine($"Updated tag '{names[0]}' (was {CommitView.ShortId(before)})");
        return ExitCode.Success;
    }

    private static int List(string[] patterns, Session session)
    {
        Repository repository = session.Repository;
        IEnumerable<Ref> tags = repository.Refs.List(RefName.TagPrefix)
            .Where(found => patterns.Length == 0 || Array.Exists(patterns, pattern =>
                FileSystemName.MatchesSimpleExpression(pattern, found.Name.ShortName, ignoreCase: false)));
        if (session.IsJson)
        {
            session.WriteJson(tags.Select(found => ToJson(found, repository)), MigJson.Default.RefJson);
            return ExitCode.Success;
        }

        foreach (Ref tag in tags)
            session.Output.WriteLine(tag.Name.ShortName);
        return ExitCode.Success;
    }

    private static RefJson ToJson(Ref found, Repository repository)
    {
        (ObjectId id, ObjectKind? kind, string? subject) = (found.Id, repository.Objects.GetKind(found.Id), null);
        ObjectKind? ownKind = kind;
        while (kind == ObjectKind.Tag)
        {
            Tag tag = repository.Objects.ReadTag(new TagId(id));
            subject ??= tag.Subject;
            (id, kind) = (tag.Target, tag.TargetKind);
        }

        if (kind == ObjectKind.Commit)
            subject ??= repository.Objects.ReadCommit(new CommitId(id)).Subject;
        return new RefJson(
            found.Name.ShortName,
            found.Name.Value,
            found.Id.ToString(),
            ownKind is { } known ? ObjectKindName.Of(known) : "missing",
            kind == ObjectKind.Commit ? id.ToString() : null,
            subject,
            null);
    }
}
