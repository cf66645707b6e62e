using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;

namespace Mig.Cli.Verbs.Edits;

internal sealed class EditFileVerb : EditVerb
{
    public const string Summary = "Opens a file of a version in an editor, and commits what was changed";

    private const long MaxSize = 256 << 20;

    public EditFileVerb()
        : base("edit", Summary, takesOne: true)
    {
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"edit {CommonUsage} BRANCH:/PATH"];

    public override string Description =>
        "The editor is that of messages: MIG_EDITOR, core.editor, VISUAL, EDITOR, or vi. The file keeps its owner and mode.\n"
        + "A file that is not there is made when something is written. Nothing happens when nothing changed, or the editor fails.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig edit HEAD:/etc/fstab", "edits a file of the current branch"),
        ("mig edit web:/etc/nginx/nginx.conf -m 'more workers'", "edits one of the branch web, and says why"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        var paths = EditPaths.Parse(Require(arguments, 1, "mig edit HEAD:/etc/fstab"));
        PathSpec place = paths.Places[0];
        byte[] before = Read(session.Repository, paths.Revision, place);
        string folder = Directory.CreateTempSubdirectory("mig-edit-").FullName;
        try
        {
            // The editor chooses colours by the name.
            string file = Path.Combine(folder, Path.GetFileName(place.ToString()) is { Length: > 0 } name ? name : "file");
            File.WriteAllBytes(file, before);
            UserEditor.Open(session, file, "a file is to be edited", "'mig put' takes a file that is ready");
            byte[] after = File.ReadAllBytes(file);
            if (after.AsSpan().SequenceEqual(before))
            {
                session.Say("Nothing changed, so there is no new commit.");
                return ExitCode.Success;
            }

            return Commit(arguments, session, paths, "edit", path => new WriteOperation(path, new BytesContent(after), NodeSettings.None));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Read(Repository repository, string revision, PathSpec place)
    {
        ImageBrowser browser = repository.Images;
        var image = repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision));
        ImagePath found;
        try
        {
            found = browser.Find(image, place, revision);
        }
        catch (NotFoundException) when (browser.Find(image, place with { Path = default }, revision) is not null)
        {
            return []; // a new file
        }

        if (found.Entry.Type == TreeEntryType.SymbolicLink)
            throw new UsageException(
                $"{place} is a symbolic link to {System.Text.Encoding.UTF8.GetString(found.Entry.LinkTarget.Span)}; edit what it names");
        if (found.Entry.Size > MaxSize)
            throw new UsageException(
                $"{place} has {found.Entry.Size} bytes, at most {MaxSize} are edited; take it out with 'mig extract', and back with 'mig "
                + "put'");
        using var content = new MemoryStream();
        browser.CopyContent(found, content);
        return content.ToArray();
    }
}
