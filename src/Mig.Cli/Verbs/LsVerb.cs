using System.CommandLine;
using Mig.Browse;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.History.Trees;

namespace Mig.Cli.Verbs;

internal sealed class LsVerb : Verb
{
    public const string Summary = "Lists files in a version";

    // A recursive listing is printed as it is found, so its columns cannot wait for the widest value.
    private const int StreamedSizeWidth = 10;
    private const int StreamedOwnerWidth = 5;

    private readonly Argument<string> _path = new("REV:PATH") { Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _long = new("--long", "-l") { Description = "Shows mode, user, group, size and time" };
    private readonly Option<bool> _recursive = new("--recursive", "-R") { Description = "Shows everything below, as paths" };
    private readonly Option<bool> _directory = new("--directory", "-d") { Description = "Shows the directory itself, not what is in it" };
    private readonly Option<bool> _null = new("--null", "-z") { Description = "Ends each name with a NUL and quotes none" };

    public LsVerb()
        : base("ls", Summary)
    {
        Add(_long, _recursive, _directory, _null);
        Add(_path);
    }

    public override IReadOnlyList<string> Usage => ["ls [-l] [-R] [-d] [-z] [--json] [REV:PATH]"];

    public override string Description =>
        "HEAD:/ when nothing is given. The path is looked for on the volume with the operating system; @2/PATH is on\n"
        + "partition 2, @disk.vmdk.2/PATH on that of one disk of several. Names with control characters, quotes or bytes\n"
        + "that are not UTF-8 are printed quoted, as Git does; mig cat takes them back like that.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig ls -l HEAD:/etc", "lists a directory of the current version"),
        ("mig ls v1:@1/", "lists the first partition of v1"),
        ("mig ls -R -z main:/usr/bin", "prints all paths below, for xargs -0"),
        ("mig ls -R --json HEAD:/", "prints everything that is known about every file"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        Repository repository = session.Repository;
        (string revision, PathSpec? path) = PathArgument.Parse(arguments.GetValue(_path) ?? "HEAD:/");
        var browser = new ImageBrowser(repository);
        ImagePath place = browser.Find(repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)), path ?? new PathSpec(null, null, default), revision);
        bool isRecursive = arguments.GetValue(_recursive);
        IEnumerable<(TreeEntry Entry, ReadOnlyMemory<byte> Path)> entries = Entries(browser, place, isRecursive, arguments.GetValue(_directory));
        if (session.IsJson)
        {
            session.WriteJson(entries.Select(item => EntryJson.Of(item.Entry, item.Path.Span)), MigJson.Default.EntryJson);
            return ExitCode.Success;
        }

        var view = new EntryView(session.Palette, session.Context.Clock);
        bool isLong = arguments.GetValue(_long), isRaw = arguments.GetValue(_null);
        (int sizeWidth, int ownerWidth) = (StreamedSizeWidth, StreamedOwnerWidth);
        if (isLong && !isRecursive)
        {
            List<(TreeEntry Entry, ReadOnlyMemory<byte> Path)> all = [.. entries];
            sizeWidth = all.Count == 0 ? 0 : all.Max(item => EntryView.Size(item.Entry).Length);
            ownerWidth = all.Count == 0 ? 0 : all.Max(item => EntryView.OwnerWidth(item.Entry));
            entries = all;
        }

        foreach ((TreeEntry entry, ReadOnlyMemory<byte> entryPath) in entries)
        {
            ReadOnlySpan<byte> shown = isRecursive ? entryPath.Span : entryPath.Span[(entryPath.Span.LastIndexOf((byte)'/') + 1)..];
            if (isRaw)
            {
                session.Output.Write(isLong ? view.Columns(entry, sizeWidth, ownerWidth) : "").Write(isRecursive ? "/" : "").Write(shown).Write("\0");
                continue;
            }

            string name = SafeText.Name(isRecursive ? [(byte)'/', .. shown] : shown.IsEmpty ? "/"u8 : shown);
            session.Output.WriteLine(isLong ? view.Long(entry, name, sizeWidth, ownerWidth) : view.Colour(entry, name));
        }

        return ExitCode.Success;
    }

    private static IEnumerable<(TreeEntry Entry, ReadOnlyMemory<byte> Path)> Entries(ImageBrowser browser, ImagePath place, bool isRecursive, bool itself)
    {
        if (itself || place.Entry.Type != TreeEntryType.Directory)
            return [(place.Entry, place.Path)];
        if (isRecursive)
            return browser.ListAll(place).Select(found => (found.Entry, found.Path));
        return browser.List(place).Select(entry => (entry, Join(place.Path, entry.Name)));
    }

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> directory, ReadOnlyMemory<byte> name) =>
        directory.IsEmpty ? name : (byte[])[.. directory.Span, (byte)'/', .. name.Span];
}
