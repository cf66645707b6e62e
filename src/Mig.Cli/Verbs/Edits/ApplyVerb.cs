using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.Edits.Changes;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs.Edits;

internal sealed class ApplyVerb : EditVerb
{
    public const string Summary = "Makes many changes to a version in one commit";

    private readonly Option<string> _file =
        new("--file", "-f") { Description = "The list of changes; - is standard input", HelpName = "CHANGES" };

    public ApplyVerb()
        : base("apply", Summary, "BRANCH", takesOne: true)
    {
        Add(_file);
        AddCommon();
    }

    public override IReadOnlyList<string> Usage => [$"apply {CommonUsage} [BRANCH[:@2]] -f CHANGES"];

    public override string Description =>
        "All changes happen, or none. A list has one change on each line, quoted as in a shell: put, write, append, mkdir,\n"
        + "rm, mv, ln, chmod, chown, touch, setfattr, truncate. docs/guide/editing.md explains them.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig apply HEAD -f harden.changes -m 'harden'", "makes the changes of a file"),
        ("echo 'rm -r /var/cache/apt' | mig apply web -f -", "takes them from standard input"),
    ];

    public override CompletionKind Completes => CompletionKind.Branches;

    public override int Run(ParseResult arguments, Session session)
    {
        string file = arguments.GetValue(_file)
            ?? throw new UsageException("say with -f where the changes are, as in 'mig apply HEAD -f CHANGES'; - is standard input");
        (string revision, PathSpec? place) = PathArgument.Parse(Given(arguments).FirstOrDefault("HEAD"));
        if (place is { Path.IsEmpty: false })
            throw new UsageException($"changes name whole paths; leave '{place}' out of the branch, or name a volume only, as in HEAD:@2");
        byte[] text = file == "-" ? ReadInput(session) : InputFile.ReadAllBytes(file);
        string folder = file == "-" ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(file))!;
        IReadOnlyList<PlacedOperation> operations = new ChangesReader(file == "-" ? "standard input" : file, folder, session.Context.Clock)
            .Read(text);
        return Commit(arguments, session, revision, place ?? PathSpec.Root, $"apply {(file == "-" ? "changes" : Path.GetFileName(file))}",
            changes =>
        {
            foreach (PlacedOperation operation in operations)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                changes.Run(operation);
            }
        });
    }

    private static byte[] ReadInput(Session session)
    {
        using Stream input = session.OpenInput();
        using var bytes = new MemoryStream();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }
}
