using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;

namespace Mig.Cli.Verbs;

internal sealed class CatVerb : Verb
{
    public const string Summary = "Prints a file as it is in a version";

    private readonly Argument<string[]> _paths = new("REV:PATH") { Arity = ArgumentArity.ZeroOrMore };

    private readonly Option<bool> _noFollow = new("--no-follow") { Description = "Does not follow symbolic links" };

    public CatVerb()
        : base("cat", Summary)
    {
        Add(_noFollow);
        Add(_paths);
    }

    public override IReadOnlyList<string> Usage => ["cat [--no-follow] REV:PATH..."];

    public override string Description =>
        "Writes the bytes as they are. Symbolic links are followed inside the image, those on the way, too.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig cat HEAD:/etc/hostname", "prints a file of the current version"),
        ("mig cat v1:@2/data/db.sqlite > db.sqlite", "gets a file back from partition 2 of v1"),
        ("mig cat v1:/etc/fstab | diff - <(mig cat main:/etc/fstab)", "compares a file in two versions"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] paths = arguments.GetValue(_paths) ?? [];
        if (paths.Length == 0)
            throw new UsageException("name a file, as in 'mig cat HEAD:/etc/hostname'");
        Repository repository = session.Repository;
        ImageBrowser browser = repository.Images;
        foreach (string text in paths)
        {
            (string revision, PathSpec? path) = PathArgument.Parse(text);
            if (path is null)
                throw new UsageException($"'{text}' names no file; write REV:PATH, as in 'mig cat HEAD:/etc/hostname'");
            ImagePath file = browser.Find(repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)), path, revision,
                followsLinks: !arguments.GetValue(_noFollow));
            browser.CopyContent(file, session.Output.AsStream());
        }

        return ExitCode.Success;
    }
}
