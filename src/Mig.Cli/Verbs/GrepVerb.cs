using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Grep;

namespace Mig.Cli.Verbs;

internal sealed class GrepVerb : Verb
{
    public const string Summary = "Searches the files of versions for text";

    private readonly Argument<string[]> _arguments = new("PATTERN") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _patterns =
        new("-e", "--regexp")
        {
            Description = "A pattern; may be given several times, and then no other argument is one",
            HelpName = "PATTERN", Arity = new ArgumentArity(1, 100)
        };
    private readonly Option<bool> _fixed =
        new("--fixed-strings", "-F") { Description = "Takes patterns as they are, not as regular expressions" };
    private readonly Option<bool> _extended = new("--extended-regexp", "-E") { Description = "Does nothing: patterns are extended anyway" };
    private readonly Option<bool> _ignoreCase = new("--ignore-case", "-i") { Description = "Does not tell upper from lower case" };
    private readonly Option<bool> _word = new("--word-regexp", "-w") { Description = "Finds whole words only" };
    private readonly Option<bool> _invert = new("--invert-match", "-v") { Description = "Finds lines that do not match" };
    private readonly Option<bool> _text = new("--text", "-a") { Description = "Searches binary files as if they were text" };
    private readonly Option<bool> _names = new("--files-with-matches", "-l") { Description = "Prints only names of files" };
    private readonly Option<bool> _count = new("--count", "-c") { Description = "Prints how many lines of each file match" };
    private readonly Option<bool> _numbers = new("--line-number", "-n") { Description = "Prints numbers of lines" };
    private readonly Option<bool> _noNames = new("--no-filename") { Description = "Prints no names" };
    private readonly Option<long> _maxCount =
        new("--max-count", "-m") { Description = "Prints at most N lines of each file", HelpName = "N" };
    private readonly Option<bool> _all = new("--all") { Description = "Searches the newest version of every branch" };

    public GrepVerb()
        : base("grep", Summary)
    {
        Add(_patterns, _fixed, _extended, _ignoreCase, _word, _invert, _text, _names, _count, _numbers, _noNames, _maxCount, _all);
        Add(_arguments);
    }

    public override IReadOnlyList<string> Usage =>
        ["grep [-F] [-i] [-w] [-v] [-a] [-l | -c | -n] [-m N] [--json] (PATTERN | -e PATTERN...) [REV... | --all] [-- PATH...]"];

    public override string Description =>
        "Searches HEAD when no REV is given. A content that several versions share is searched once, and reported for each.\n"
        + "Patterns are .NET regular expressions without look-around and back-references, which could take long. A character is\n"
        + "a byte, so that any encoding can be searched. Lines end with a line feed. Ends with 1 when nothing was found, and with\n"
        + "6 when nothing was but mig did not see all of the images.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig grep PermitRootLogin HEAD -- /etc/ssh", "searches the configuration of the current version"),
        ("mig grep -n -i password v1 v2 -- /etc", "searches two versions, with numbers of lines"),
        ("mig grep -F -l 'BEGIN RSA PRIVATE KEY' --all", "names files with private keys in every branch"),
        ("mig grep -e ^root: -e ^admin: main -- /etc/passwd", "finds lines that match one of two patterns"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] given = arguments.GetValue(_arguments) ?? [];
        int dashes = arguments.Tokens.TakeWhile(token => token.Type != System.CommandLine.Parsing.TokenType.DoubleDash).Count();
        int pathCount = arguments.Tokens.Skip(dashes + 1).Count();
        List<PathSpec> paths = [.. given[^pathCount..].Select(path => PathArgument.Parse("HEAD:" + path).Path!)];
        string[] words = given[..^pathCount], patterns = arguments.GetValue(_patterns) ?? [];
        if (patterns.Length == 0)
        {
            if (words.Length == 0)
                throw new UsageException(
                    "say what to look for, as in 'mig grep PATTERN HEAD'; a pattern that begins with '-' is given with -e");
            (patterns, words) = ([words[0]], words[1..]);
        }

        if (patterns.Any(pattern => pattern.Contains('\n', StringComparison.Ordinal)))
            throw new UsageException("a pattern cannot hold a line feed: lines are searched one by one; give several patterns with -e");
        var options = new GrepOptions
        {
            Patterns = [.. patterns.Select(RawArguments.Encode)],
            IsFixed = arguments.GetValue(_fixed),
            IgnoresCase = arguments.GetValue(_ignoreCase),
            MatchesWords = arguments.GetValue(_word),
            IsInverted = arguments.GetValue(_invert),
            TakesBinaryAsText = arguments.GetValue(_text),
            MaxCount = arguments.GetResult(_maxCount) is null ? null : arguments.GetValue(_maxCount),
            Output = arguments.GetValue(_names) || session.IsQuiet ? GrepOutput.Names : arguments.GetValue(_count) ? GrepOutput.Counts
                : GrepOutput.Lines,
        };
        return Run(options, words, paths, arguments, session);
    }

    private int Run(GrepOptions options, string[] revisions, List<PathSpec> paths, ParseResult arguments, Session session)
    {
        var grep = new ImageGrep(session.Repository, options);
        IReadOnlyList<(string, ImageId)> versions = Versions(revisions, arguments.GetValue(_all), session.Repository, grep.Coverage);
        using var array = new JsonArrayView(session.Output);
        IGrepSink sink = session.IsJson ? new GrepJsonView(array) : session.IsQuiet ? new SilentView()
            : new GrepView(session, !arguments.GetValue(_noNames), arguments.GetValue(_numbers));
        bool isFound;
        using (ProgressBar? progress = session.ShowProgress())
            isFound = grep.Run(versions, paths, sink, progress ?? (IProgressSink)NoProgress.Instance, session.Cancellation);
        if (session.IsJson)
            array.End(grep.Coverage);
        return AnswerEnd.Say(grep.Coverage, session, isFound);
    }

    private static IReadOnlyList<(string, ImageId)> Versions(string[] revisions, bool all, Repository repository, AnswerCoverage coverage)
    {
        if (all && revisions.Length > 0)
            throw new UsageException("--all searches every branch; leave the revisions out");
        return all
            ? [.. VersionTips.OfBranches(repository, coverage).Select(branch => (branch.Name.ShortName, branch.Image))]
            : VersionTips.OfRevisions(repository, revisions.Length == 0 ? ["HEAD"] : revisions, coverage);
    }

    // With --quiet, the exit code says it all.
    private sealed class SilentView : IGrepSink
    {
        public void Line(GrepFile file, long number, ReadOnlySpan<byte> line)
        {
        }

        public void Binary(GrepFile file)
        {
        }

        public void Name(GrepFile file)
        {
        }

        public void Count(GrepFile file, long count)
        {
        }
    }
}
