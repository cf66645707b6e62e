using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Extract;

namespace Mig.Cli.Verbs;

internal sealed class ExtractVerb : Verb
{
    public const string Summary = "Takes files and folders out of a version";

    private readonly Argument<string[]> _paths = new("REV:PATH") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _output =
        new("--output", "-o") { Description = "Writes an archive to this file; '-' is standard output", HelpName = "FILE" };
    private readonly Option<string> _format =
        new("--format") { Description = "Format of the archive: tar, tar.zst or cpio; otherwise the file's name decides", HelpName = "F" };
    private readonly Option<bool> _force =
        new("--force", "-f") { Description = "Replaces files that are there, and goes into folders that are there" };
    private readonly Option<bool> _unprivileged =
        new("--no-privileges") { Description = "As root: leaves owners, devices and all that gives rights behind" };
    private readonly Option<bool> _repositories =
        new("--allow-repositories") { Description = "Extracts folders named .mig, too, whose hooks and settings then run programs" };

    public ExtractVerb()
        : base("extract", Summary)
    {
        Add(_output, _format, _force, _unprivileged, _repositories);
        Add(_paths);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "extract [--force] [--no-privileges] [--allow-repositories] REV:PATH... DEST",
        "extract -o FILE [--format tar|tar.zst|cpio] [--force] REV:PATH...",
    ];

    public override string Description =>
        "As with cp, DEST is a folder that is there, or a new name. Owners, modes, times, extended attributes, ACLs, links,\n"
        + "devices and holes are kept; without root, what is possible, and what was left out is counted. All is made under\n"
        + "a temporary name, and appears when it is whole. Nothing is written outside of DEST, whatever the image holds.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig extract HEAD:/etc .", "makes ./etc as it is in the current version"),
        ("mig extract v1:/srv/db db-of-v1", "takes a folder out under another name"),
        ("mig extract HEAD:/ /srv/new", "fills a new, empty file system"),
        ("mig extract -o etc.tar.zst v1:/etc v1:/srv", "makes a compressed archive of two folders"),
        ("mig extract -o - HEAD:/etc | ssh host tar x", "sends a folder to another machine"),
    ];

    public override CompletionKind Completes => CompletionKind.Paths;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = arguments.GetValue(_paths) ?? [];
        string? output = arguments.GetValue(_output);
        if (output is null && arguments.GetValue(_format) is not null)
            throw new UsageException("--format is about archives; name one with -o FILE");
        if (given.Length < (output is null ? 2 : 1))
            throw new UsageException(
                "name what to extract and where to, as in 'mig extract HEAD:/etc DEST' or 'mig extract -o etc.tar HEAD:/etc'");
        if (output is not null && arguments.GetValue(_unprivileged))
            throw new UsageException("--no-privileges is about folders; an archive says all that is known, and whoever unpacks it decides");
        var request = new ExtractRequest
        {
            Sources = [.. (output is null ? given[..^1] : given).Select(text => Find(text, session.Repository))],
            Overwrite = arguments.GetValue(_force),
            IsUnprivileged = arguments.GetValue(_unprivileged),
            WithRepositories = arguments.GetValue(_repositories),
        };
        foreach (ImagePath source in request.Sources)
            UnreadWarnings.SayBelow(session, "left out", source, isRecursive: true);
        ExtractResult result;
        using (ProgressBar? progress = session.ShowProgress())
        {
            request = request with { Progress = progress ?? request.Progress };
            result = output is null
                ? new FolderExtractor(session.Repository).Extract(request, given[^1], session.Cancellation)
                : Archive(request, output, arguments.GetValue(_format), session);
        }

        Tell(result, session);
        return ExitCode.Success;
    }

    private static ExtractResult Archive(ExtractRequest request, string output, string? format, Session session)
    {
        var extractor = new ArchiveExtractor(session.Repository);
        if (output != "-")
            return extractor.Extract(request, output, format, session.Cancellation);
        if (session.IsJson)
            throw new UsageException("standard output takes the archive or JSON, not both; name a file with -o");
        if (session.IsOutputTerminal)
            throw new UsageException("an archive is nothing for a terminal; redirect it, or name a file with -o");
        using Stream stream = session.OpenOutput();
        return extractor.Extract(request, stream, format ?? ArchiveExtractor.DefaultFormat, session.Cancellation);
    }

    private static ImagePath Find(string text, Repository repository)
    {
        (string revision, PathSpec? path) = PathArgument.Parse(text);
        if (path is null)
            throw new UsageException($"'{text}' names no file; write REV:PATH, as in HEAD:/etc");
        return repository.Images.Find(repository.Objects.ReadImage(repository.Revisions.ResolveImage(revision)), path, revision);
    }

    private static void Tell(ExtractResult result, Session session)
    {
        if (Describe(result.LeftOut) is { Length: > 0 } leftOut)
        {
            string reason = result.Format is null
                ? "this user may not set it or the destination cannot hold it"
                : $"{result.Format} cannot say it";
            session.Warn($"left out, because {reason}: {leftOut}");
        }

        if (result.LeftOut.Repositories is > 0 and var repositories)
            session.Warn(
                "left out, because mig would take it for a repository of yours and run its hooks: "
                + $"{Sizes.Count(repositories, "folder or link", "folders or links")} named .mig; --allow-repositories extracts them");
        if (session.IsJson)
            session.WriteJson(ExtractJson.Of(result), MigJson.Default.ExtractJson);
        else if (result.Destination is { } destination && !session.IsQuiet)
            session.Output.WriteLine(
                $"{SafeText.Name(destination)}: {Sizes.Count(result.Files, "file")} ({Sizes.Bytes(result.Bytes)}), "
                + $"{Sizes.Count(result.Directories, "folder")}, "
                + $"{Sizes.Count(result.Links + result.Others, "link or device", "links and devices")}");
    }

    private static string Describe(LeftOut leftOut) => string.Join(", ", new[]
    {
        (leftOut.Owners, "owner"), (leftOut.SetIdBits, "set-id mode"), (leftOut.Nodes, "device or socket"),
            (leftOut.Xattrs, "extended attribute"), (leftOut.Times, "time"),
    }.Where(item => item.Item1 > 0)
        .Select(item => Sizes.Count(item.Item1, item.Item2, item.Item2 == "device or socket" ? "devices or sockets" : item.Item2 + "s")));
}
