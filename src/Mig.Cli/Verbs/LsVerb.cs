using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;

namespace Mig.Cli.Verbs;

internal sealed class LsVerb : Verb
{
    public const string Summary = "Lists files in a version";

    // A recursive listing is printed as it is found, so its columns cannot wait for the widest value.
    private const int StreamedSizeWidth = 10;
    private const int StreamedOwnerWidth = 5;

    private readonly Argument<string[]> _paths = new("REV:PATH") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _long = new("--long", "-l") { Description = "Shows mode, user, group, size and time" };
    private readonly Option<bool> _recursive = new("--recursive", "-R") { Description = "Shows everything below, as paths" };
    private readonly Option<bool> _directory = new("--directory", "-d") { Description = "Shows the directory itself, not what is in it" };
    private readonly Option<bool> _noFollow = new("--no-follow") { Description = "Does not follow symbolic links" };
    private readonly Option<bool> _null = new("--null", "-z") { Description = "Ends each name with a NUL and quotes none" };

    public LsVerb()
        : base("ls", Summary)
    {
        Add(_long, _recursive, _directory, _noFollow, _null);
        Add(_paths);
    }

    public override IReadOnlyList<string> Usage => ["ls [-l] [-R] [-d] [--no-follow] [-z] [--json] [REV:PATH]..."];

    public override string Description =>
        "HEAD:/ when nothing is given. Symbolic links in PATH are followed inside the image; with -d, the last one is not.\n"
        + "Links in the listing are shown as they are. PATH is on the volume with the operating system; @2/PATH is on\n"
        + "partition 2, @disk.vmdk.2/PATH on partition 2 of one disk of several. Names with control characters, quotes or bytes\n"
        + "that are not UTF-8 are printed quoted, as Git does; mig cat takes them back in this form.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig ls -l HEAD:/etc", "lists a directory of the current version"),
        ("mig ls -ld v1:/etc/shadow main:/etc/shadow", "compares owner and mode in two versions"),
        ("mig ls v1:@1/", "lists the first partition of v1"),
        ("mig ls -R -z main:/usr/bin", "prints all paths below, for xargs -0"),
        ("mig ls -R --json HEAD:/", "prints everything that is known about every file"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = arguments.GetValue(_paths) is { Length: > 0 } paths ? paths : ["HEAD:/"];
        bool isRecursive = arguments.GetValue(_recursive), isItself = arguments.GetValue(_directory);
        ImageBrowser browser = session.Repository.Images;

        // What does not exist is said before anything is shown.
        List<Listing> all = [.. given.Select(text => Find(browser, text, isItself, !arguments.GetValue(_noFollow), session))];
        foreach (Listing item in all.Where(item => !isItself && item.Place.Entry.Type == TreeEntryType.Directory))
            UnreadWarnings.SayBelow(session, item.Text, item.Place, isRecursive);
        if (session.IsJson)
        {
            session.WriteJson(
                all.SelectMany(item => Entries(browser, item.Place, isRecursive, isItself)
                    .Select(entry => EntryJson.Of(entry.Entry, entry.Path.Span) with { Argument = given.Length > 1 ? item.Text : null })),
                MigJson.Default.EntryJson);
            return ExitCode.Success;
        }

        // As ls does it: what is no directory first, together, then each directory under its name.
        bool isSingle = given.Length == 1;
        List<Listing> files = [.. all.Where(item => isItself || item.Place.Entry.Type != TreeEntryType.Directory)];
        Show(files.Select(item => (item.Place.Entry, item.Place.Path, isSingle ? null : item.Text)), arguments, session);
        bool isFirst = files.Count == 0;
        foreach (Listing directory in all.Except(files))
        {
            bool hasHeading = !isSingle && !isRecursive && !arguments.GetValue(_null);
            if (hasHeading)
                session.Output.WriteLine($"{(isFirst ? "" : "\n")}{SafeText.Name(directory.Text)}:");
            isFirst = false;
            Show(Entries(browser, directory.Place, isRecursive, itself: false).Select(entry => (entry.Entry, entry.Path, (string?)null)),
                arguments, session);
        }

        return ExitCode.Success;
    }

    private sealed record Listing(string Text, ImagePath Place);

    private static Listing Find(ImageBrowser browser, string text, bool isItself, bool follows, Session session)
    {
        Repository repository = session.Repository;
        (string revision, PathSpec? path) = PathArgument.Parse(text);
        return new Listing(text, browser.Find(repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)), path
            ?? PathSpec.Root, revision, follows && !isItself));
    }

    private void Show(IEnumerable<(TreeEntry Entry, ReadOnlyMemory<byte> Path, string? Name)> entries, ParseResult arguments,
        Session session)
    {
        var view = new EntryView(session.Palette, session.Context.Clock);
        bool isLong = arguments.GetValue(_long), isRaw = arguments.GetValue(_null), isRecursive = arguments.GetValue(_recursive);
        (int sizeWidth, int ownerWidth) = (StreamedSizeWidth, StreamedOwnerWidth);
        if (isLong && !isRecursive)
        {
            List<(TreeEntry Entry, ReadOnlyMemory<byte> Path, string? Name)> all = [.. entries];
            sizeWidth = all.Count == 0 ? 0 : all.Max(item => EntryView.Size(item.Entry).Length);
            ownerWidth = all.Count == 0 ? 0 : all.Max(item => EntryView.OwnerWidth(item.Entry));
            entries = all;
        }

        foreach ((TreeEntry entry, ReadOnlyMemory<byte> path, string? given) in entries)
        {
            ReadOnlySpan<byte> shown = given is not null ? RawArguments.Encode(given) : isRecursive ? path.Span
                : path.Span[(path.Span.LastIndexOf((byte)'/') + 1)..];
            bool isWhole = isRecursive && given is null;
            if (isRaw)
            {
                session.Output.Write(isLong ? view.Columns(entry, sizeWidth, ownerWidth) : "").Write(isWhole ? "/" : "").Write(shown)
                    .Write("\0");
                continue;
            }

            string name = SafeText.Name(isWhole ? [(byte)'/', .. shown] : shown.IsEmpty ? "/"u8 : shown);
            session.Output.WriteLine(isLong ? view.Long(entry, name, sizeWidth, ownerWidth) : view.Colour(entry, name));
        }
    }

    private static IEnumerable<(TreeEntry Entry, ReadOnlyMemory<byte> Path)> Entries(
        ImageBrowser browser, ImagePath place, bool isRecursive, bool itself)
    {
        if (itself || place.Entry.Type != TreeEntryType.Directory)
            return [(place.Entry, place.Path)];
        if (isRecursive)
            return browser.ListAll(place).Select(found => (found.Entry, found.Path));
        return browser.List(place).Select(entry => (entry, (ReadOnlyMemory<byte>)TreePath.Join(place.Path.Span, entry.Name.Span)));
    }
}
