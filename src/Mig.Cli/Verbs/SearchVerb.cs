using System.CommandLine;
using System.Security.Cryptography;
using Mig.Catalog.Searching;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Trees;
using Mig.Images.Searching;

namespace Mig.Cli.Verbs;

internal sealed class SearchVerb : Verb
{
    public const string Summary = "Finds files in all images: by content, name, size, owner, mode, time";

    private const string StandardInput = "-";

    private readonly Argument<string[]> _revisions = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _sha256 = new("--sha256") { Description = "Files with this content", HelpName = "SUM" };
    private readonly Option<string[]> _lists = new("--sha256-file")
    {
        Description =
        "Files with a content of this list, as sha256sum prints them; - is standard input", HelpName = "LIST"
    };
    private readonly Option<string[]> _files =
        new("--file") { Description = "Files with the content of this one, here", HelpName = "FILE" };
    private readonly Option<string[]> _md5 = new("--md5") { Description = "Files of packages with this content", HelpName = "SUM" };
    private readonly Option<string[]> _md5Lists =
        new("--md5-file") { Description = "Files of packages with a content of this list, as md5sum prints them", HelpName = "LIST" };
    private readonly Option<string[]> _sha1 = new("--sha1") { Description = "Files of packages with this content", HelpName = "SUM" };
    private readonly Option<string[]> _sha1Lists =
        new("--sha1-file") { Description = "Files of packages with a content of this list, as sha1sum prints them", HelpName = "LIST" };
    private readonly Option<string[]> _names =
        new("--name") { Description = "Names that match a pattern, such as '*.conf'", HelpName = "GLOB" };
    private readonly Option<string[]> _paths =
        new("--path") { Description = "Whole paths that match a pattern; * stands for slashes, too", HelpName = "GLOB" };
    private readonly Option<string[]> _sizes = new("--size")
    {
        Description =
        "4096 bytes, 10k, +10M (larger), -1G (smaller); rounded up to the unit, as find does", HelpName = "SIZE"
    };
    private readonly Option<string[]> _times =
        new("--mtime") { Description = "-7 (changed less than 7 days ago), +30, a date (since then), DATE..DATE", HelpName = "TIME" };
    private readonly Option<string> _owner = new("--owner") { Description = "UID, UID:GID or :GID, in numbers", HelpName = "OWNER" };
    private readonly Option<string> _mode =
        new("--mode") { Description = "0644 (exactly), -6000 (all of these bits), /6000 (any), setuid, setgid, sticky", HelpName = "MODE" };
    private readonly Option<string> _type = new("--type") { Description = "f, d, l, c, b, p or s, as find has them", HelpName = "TYPE" };
    private readonly Option<string[]> _packages = new("--package")
    {
        Description =
        "A package, or 'NAME<VERSION', with <= = != >= > too; versions are compared as its package manager does", HelpName = "PACKAGE"
    };
    private readonly Option<string[]> _refs = new("--ref") { Description = "Searches this version; as REV", HelpName = "REV" };
    private readonly Option<bool> _history = new("--all-history") { Description = "Searches all versions before them, too" };
    private readonly Option<bool> _long = new("--long", "-l") { Description = "Shows mode, user, group, size and time, as ls does" };
    private readonly Option<bool> _all = new("--all") { Description = "Names all versions, however many there are" };

    public SearchVerb()
        : base("search", Summary)
    {
        Add(_sha256, _lists, _files, _md5, _md5Lists, _sha1, _sha1Lists, _names, _paths, _sizes, _times, _owner, _mode, _type, _packages,
            _refs, _history, _long, _all);
        Add(_revisions);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "search [--all-history] [-l] [--all] [--json] (--sha256 SUM | --sha256-file LIST | --file FILE)... [REV...]",
        "search [...] (--md5 SUM | --md5-file LIST | --sha1 SUM | --sha1-file LIST)... [REV...]",
        "search [...] [--name GLOB] [--path GLOB] [--size SIZE] [--mtime TIME] [--owner OWNER] [--mode MODE] [--type TYPE] [REV...]",
        "search [...] --package PACKAGE... [REV...]",
    ];

    public override string Description =>
        "Without REV, all branches, tags and tracking branches are searched. A file must meet all conditions; of several\n"
        + "contents, names, paths or packages, one is enough. Each path is printed once, as mig cat takes it, with the other\n"
        + "versions that have it. MD5 and SHA-1 are known of the files that dpkg, rpm or apk recorded. Ends with 1 when nothing\n"
        + "was found, and with 6 when nothing was but mig did not see all of the images. The first search after a commit or\n"
        + "fetch takes in what is new.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig search --sha256-file bad.txt --all-history", "says in which versions of which images files of a list ever were"),
        ("mig search --file ./libssl.so.3", "says who has this very file"),
        ("mig search --package 'openssl<3.0.11'", "says which images have an old one"),
        ("mig search --mode setuid --type f main", "lists programs that run as their owner"),
        ("mig search --path '/etc/*' --mtime -7 -l", "lists what changed in configurations within a week"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        var request = new SearchRequest
        {
            Conditions = Conditions(arguments, session),
            Packages = [.. (arguments.GetValue(_packages) ?? []).Select(PackageText.Parse)],
            RecordedDigests = [.. Digests(arguments.GetValue(_md5), "MD5", 32),
                .. Lists(arguments.GetValue(_md5Lists), ChecksumList.ReadMd5, session),
                .. Digests(arguments.GetValue(_sha1), "SHA-1", 40),
                .. Lists(arguments.GetValue(_sha1Lists), ChecksumList.ReadSha1, session)],
            Revisions = [.. arguments.GetValue(_revisions) ?? [], .. arguments.GetValue(_refs) ?? []],
            WithHistory = arguments.GetValue(_history),
        };
        if (request.Conditions.AreEmpty && request.Packages.Count == 0 && request.RecordedDigests.Count == 0)
            throw new UsageException(
                "say what to search for: --sha256, --name, --path, --size, --mtime, --owner, --mode, --type or --package; 'mig help "
                + "search' shows examples");
        SearchAnswer answer;
        using (ProgressBar? progress = session.ShowProgress())
            answer = new ImageSearch(session.Repository, progress ?? (IProgressSink)NoProgress.Instance)
                .Find(request, session.Cancellation);
        if (session.IsJson)
            session.WriteJson(answer.Found.Select(found => FoundJson.Of(answer, found))
                .Concat(answer.Packages.Select(found => FoundJson.Of(answer, found))), MigJson.Default.FoundJson, answer.Coverage);
        else if (!session.IsQuiet)
            Write(arguments, answer, (request.Conditions.Contents?.Count ?? 0) + request.RecordedDigests.Count > 1, session);
        return AnswerEnd.Say(answer.Coverage, session, !answer.IsEmpty);
    }

    private EntryConditions Conditions(ParseResult arguments, Session session)
    {
        IReadOnlyCollection<ObjectId>? contents = Contents(arguments, session);
        (uint? uid, uint? gid) = arguments.GetValue(_owner) is { } owner ? ConditionText.Owner(owner) : (null, null);
        return new EntryConditions
        {
            Contents = contents,
            Names = [.. (arguments.GetValue(_names) ?? []).Select(name => new Glob(name))],
            Paths = [.. (arguments.GetValue(_paths) ?? []).Select(path => new Glob(path))],
            Sizes = (arguments.GetValue(_sizes) ?? []).Select(ConditionText.Size)
                .Aggregate(ValueRange.All, (all, one) => all.Intersect(one)),
            ModifiedTimes = (arguments.GetValue(_times) ?? []).Select(time => ConditionText.ModifiedTime(time, session.Context.Clock))
                .Aggregate(ValueRange.All, (all, one) => all.Intersect(one)),
            Uid = uid,
            Gid = gid,
            Mode = arguments.GetValue(_mode) is { } mode ? ConditionText.Mode(mode) : null,
            Type = arguments.GetValue(_type) is { } type ? ConditionText.Type(type) : null,
        };
    }

    private IReadOnlyCollection<ObjectId>? Contents(ParseResult arguments, Session session)
    {
        string[] sums = arguments.GetValue(_sha256) ?? [], lists = arguments.GetValue(_lists) ?? [], files = arguments.GetValue(_files)
            ?? [];
        if (sums.Length + lists.Length + files.Length == 0)
            return null;
        var contents = new HashSet<ObjectId>();
        foreach (string sum in sums)
            contents.Add(ObjectId.TryParse(sum, out ObjectId id) ? id
                : throw new UsageException($"'{sum}' is not a SHA-256; 64 hexadecimal digits are needed"));
        contents.UnionWith(Lists(lists, ChecksumList.Read, session));

        foreach (string file in files)
        {
            using FileStream stream = File.OpenRead(file);
            contents.Add(new ObjectId(SHA256.HashData(stream)));
        }

        return contents;
    }

    private static IEnumerable<T> Lists<T>(string[]? lists, Func<TextReader, string, IReadOnlyCollection<T>> read, Session session)
    {
        foreach (string list in lists ?? [])
        {
            using TextReader reader = list == StandardInput ? new StreamReader(session.OpenInput()) : new StreamReader(list);
            foreach (T checksum in read(reader, list))
                yield return checksum;
        }
    }

    private static IEnumerable<string> Digests(string[]? sums, string kind, int digits) => (sums ?? [])
        .Select(sum => ChecksumList.Normalize(sum, digits)
            ?? throw new UsageException($"'{sum}' is not a valid {kind}; {digits} hexadecimal digits are needed"));

    private void Write(ParseResult arguments, SearchAnswer answer, bool showsContents, Session session)
    {
        var view = new FoundView(session.Output, session.Palette, answer, arguments.GetValue(_all));
        foreach (FoundPackage package in answer.Packages)
            view.Write(package);
        if (arguments.GetValue(_long))
        {
            var entries = new EntryView(session.Palette, session.Context.Clock);
            int sizeWidth = answer.Found.Count == 0 ? 0 : answer.Found.Max(found => EntryView.Size(found.Entry).Length);
            int ownerWidth = answer.Found.Count == 0 ? 0 : answer.Found.Max(found => EntryView.OwnerWidth(found.Entry));
            foreach (FoundEntry found in answer.Found)
                view.Write(entries.Columns(found.Entry, sizeWidth, ownerWidth), found.Volume, found.Path, found.Versions);
            return;
        }

        // A path that has another content in each version is one path all the same.
        foreach (IGrouping<(string, string, ObjectId?), FoundEntry> place in answer.Found.GroupBy(found =>
            (found.Volume, System.Text.Encoding.Latin1.GetString(found.Path.Span), showsContents ? found.Entry.Sha256 : null)))
        {
            FoundEntry first = place.First();
            VersionSet versions = place.Count() == 1 ? first.Versions : VersionSet.Of(place.SelectMany(found => found.Versions.Versions));
            view.Write(showsContents ? $"{first.Entry.Sha256!.Value.ToShortString()} " : "", first.Volume, first.Path, versions);
        }
    }
}
