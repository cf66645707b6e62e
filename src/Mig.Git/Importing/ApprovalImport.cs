using Mig.Core;
using Mig.Git.Objects;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.Versions.Tags;

namespace Mig.Git.Importing;

/// <summary>Takes in what people said of published versions: tags of Git as tags of the same name, notes as tags <c>notes/…</c> with their
/// text. Both keep who said it, and when.</summary>
internal sealed class ApprovalImport(Repository repository, GitFolder folder, PublishedCommits published)
{
    private const string NotesPrefix = "refs/notes/";
    private const int ShortDigits = 12;

    private readonly TagEditor _tags = new(repository);

    public List<ImportedTag> Taken { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Run()
    {
        foreach (GitRef found in folder.ListRefs(RefName.TagPrefix))
            TakeTag(found, found.Name[RefName.TagPrefix.Length..]);
        var notes = new ReviewNotes(folder);
        foreach (GitRef found in folder.ListRefs(NotesPrefix))
        {
            foreach (ReviewNote note in notes.Read(found))
                TakeNote(found.Name[NotesPrefix.Length..], note);
        }
    }

    private void TakeTag(GitRef found, string name)
    {
        if (VersionOf(folder.Peel(found.Id)) is not { } version)
        {
            Warnings.Add($"tag {name} is left out: it is not on a version that was published from here, and what somebody said of another "
                + "commit does not carry over");
            return;
        }

        if (!RefName.TryParse(RefName.TagPrefix + name, out RefName? tag) || name.StartsWith('-') || name == RefName.Head.Value)
        {
            Warnings.Add($"tag {name} is left out: mig has no tags of such names");
            return;
        }

        if (repository.Refs.Resolve(tag) is { } there)
        {
            if (repository.Objects.PeelToCommit(there) != version)
                Warnings.Add($"tag {name} is left out: a tag of that name is on another version here");
            return;
        }

        if (folder.ReadTag(found.Id) is { } said)
            _tags.Take(Make(name, version, said.Tagger, said.Message), force: false);
        else
            _tags.Create(name, version.ToString(), null, force: false);
        Taken.Add(new ImportedTag(name, version));
    }

    private void TakeNote(string space, ReviewNote note)
    {
        if (VersionOf(note.Target) is not { } version)
        {
            Warnings.Add($"a note in {space} on {note.Target.Short} is left out: it is not on a version that was published from here");
            return;
        }

        string name = $"notes/{space}/{version.ToString()[..ShortDigits]}";
        if (!RefName.TryParse(RefName.TagPrefix + name, out RefName? tag))
        {
            Warnings.Add($"a note in {space} is left out: mig has no tags of such names");
            return;
        }

        Tag made = Make(name, version, note.Author, note.Text);
        if (repository.Refs.Resolve(tag) is { } there && repository.Objects.GetKind(there) == ObjectKind.Tag
            && repository.Objects.ReadTag(new TagId(there)) == made)
            return;
        _tags.Take(made, force: true);
        Taken.Add(new ImportedTag(name, version));
    }

    private CommitId? VersionOf(GitId? commit) => commit is { } id && folder.ReadCommit(id) is { } read ? published.Find(read) : null;

    private Tag Make(string name, CommitId version, GitPerson? by, string message) => new()
    {
        Target = version.Value,
        TargetKind = ObjectKind.Commit,
        Name = name,
        Tagger = by?.ToSignature() ?? repository.Identity.Committer(),
        Message = message.Replace("\0", "", StringComparison.Ordinal) is { Length: > 0 } text ? text.EndsWith('\n') ? text : text + "\n"
            : "",
    };
}
