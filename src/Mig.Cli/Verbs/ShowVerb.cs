using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Versions.Compare;

namespace Mig.Cli.Verbs;

internal sealed class ShowVerb : Verb
{
    public const string Summary = "Shows a commit or tag, and the disks in it";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };

    public ShowVerb()
        : base("show", Summary) => Add(_revisions);

    public override IReadOnlyList<string> Usage => ["show [REV]..."];

    public override string Description => "REV is HEAD when none is given. REV:PATH shows a file or a directory, as mig cat and mig ls do.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig show", "shows the last commit: who, when, why, which disks and volumes, and how many files changed"),
        ("mig show v1", "shows the tag and the commit that it names"),
        ("mig show HEAD~2:/etc/os-release", "prints a file as it was two versions ago"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] revisions = arguments.GetValue(_revisions) is { Length: > 0 } given ? given : ["HEAD"];
        if (session.IsJson)
        {
            if (revisions.Length == 1)
                session.WriteJson(ToJson(revisions[0], session), MigJson.Default.ShowJson);
            else
                session.WriteJson(revisions.Select(revision => ToJson(revision, session)), MigJson.Default.ShowJson);
            return ExitCode.Success;
        }

        for (int i = 0; i < revisions.Length; i++)
        {
            if (i > 0)
                session.Output.WriteLine();
            Show(revisions[i], session);
        }

        return ExitCode.Success;
    }

    private static void Show(string revision, Session session)
    {
        Repository repository = session.Repository;
        if (PathArgument.Parse(revision) is (var of, { } path))
        {
            ShowPath(of, path, session);
            return;
        }

        var view = new CommitView(session.Output, session.Palette);
        var images = new ImageView(session.Output, session.Palette);
        ResolvedRevision found = repository.Revisions.Resolve(revision);
        (ObjectId id, ObjectKind kind) = (found.Id, found.Kind);
        while (kind == ObjectKind.Tag)
        {
            Tag tag = repository.Objects.ReadTag(new TagId(id));
            view.WriteTag(tag);
            (id, kind) = (tag.Target, tag.TargetKind);
        }

        if (kind == ObjectKind.Commit)
        {
            Commit commit = repository.Objects.ReadCommit(new CommitId(id));
            foreach (string line in view.Lines(new CommitId(id), commit, new Decorations(repository).Of(new CommitId(id), session.Palette)))
                session.Output.WriteLine(line);
            session.Output.WriteLine();
            MachineImage made = repository.Objects.ReadImage(commit.Image);
            images.Write(commit.Image, made, commit);
            images.WriteAttachments(repository.Objects.ReadAttachments(made));
            if (Changes(commit, repository) is { } counts)
                session.Output.WriteLine($"\nagainst {CommitView.ShortId(commit.Parents[0].Value)}: {DiffSummary.Counts(counts)}");
            return;
        }

        if (kind != ObjectKind.Image)
            throw new UsageException(
                $"'{revision}' is a {ObjectKindName.Of(kind)}, which is not for people to read; 'mig show' shows commits, tags and images");
        MachineImage image = repository.Objects.ReadImage(new ImageId(id));
        images.Write(new ImageId(id), image);
        images.WriteAttachments(repository.Objects.ReadAttachments(image));
    }

    // Against the first parent, as git show has it.
    private static ChangeCounts? Changes(Commit commit, Repository repository) => commit.Parents.Count == 0
        ? null
        : ChangeCounts.Of(new ImageComparer(repository).Compare(
            repository.Objects.ReadCommit(commit.Parents[0]).Image, commit.Image, []).Volumes.SelectMany(volume => volume.Changes));

    private static void ShowPath(string revision, PathSpec path, Session session)
    {
        Repository repository = session.Repository;
        ImageBrowser browser = repository.Images;
        ImagePath place = browser.Find(repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)), path, revision);
        if (place.Entry.Type == History.Trees.TreeEntryType.Directory)
        {
            foreach (History.Trees.TreeEntry entry in browser.List(place))
                session.Output.WriteLine(Terminals.SafeText.Name(entry.Name.Span));
        }
        else
        {
            browser.CopyContent(place, session.Output.AsStream());
        }
    }

    private static ShowJson ToJson(string revision, Session session)
    {
        Repository repository = session.Repository;
        ResolvedRevision found = repository.Revisions.Resolve(revision);
        (ObjectId id, ObjectKind kind) = (found.Id, found.Kind);
        var tags = new List<TagJson>();
        while (kind == ObjectKind.Tag)
        {
            Tag tag = repository.Objects.ReadTag(new TagId(id));
            tags.Add(TagJson.Of(id.ToString(), tag));
            (id, kind) = (tag.Target, tag.TargetKind);
        }

        Commit? commit = kind == ObjectKind.Commit ? repository.Objects.ReadCommit(new CommitId(id)) : null;
        if (commit is null && kind != ObjectKind.Image)
            throw new UsageException($"'{revision}' is a {ObjectKindName.Of(kind)}; 'mig show' shows commits, tags and images");
        ImageId imageId = commit?.Image ?? new ImageId(id);
        MachineImage image = repository.Objects.ReadImage(imageId);
        return new ShowJson(
            ObjectKindName.Of(found.Kind),
            found.Id.ToString(),
            tags.Count == 0 ? null : tags,
            commit is null ? null : CommitJson.Of(new CommitId(id), commit, new Decorations(repository).NamesOf(new CommitId(id))),
            imageId.ToString(),
            [.. image.Disks.Select(disk => DiskJson.Of(disk, commit))],
            image.Attachments is null ? null
                : [.. repository.Objects.ReadAttachments(image).Select(AttachmentJson.Of)],
            commit is null ? null : Changes(commit, repository));
    }
}
