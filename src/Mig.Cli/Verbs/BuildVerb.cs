using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Edits.Building;

namespace Mig.Cli.Verbs;

internal sealed class BuildVerb : Verb
{
    public const string Summary = "Builds a machine from a Migfile, step by step";

    private const int ShownDifferences = 20;

    private readonly Argument<string?> _context = new("DIR") { Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string> _file =
        new("--file", "-f") { HelpName = "FILE", Description = "The Migfile; otherwise DIR/Migfile" };

    private readonly Option<string> _branch =
        new("--branch", "-b") { HelpName = "BRANCH", Description = "Moves a branch to the result, or makes it" };

    private readonly Option<bool> _noCache =
        new("--no-cache") { Description = "Makes all steps anew, and says what became different" };

    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Says which steps were made before, and makes none" };
    private readonly Option<bool> _force = new("--force") { Description = "Lets EXPORT write over files" };
    private readonly Option<bool> _forget = new("--forget") { Description = "Forgets the steps that were made before" };
    private readonly Option<bool> _noVerify = new("--no-verify") { Description = "Does not ask the hook pre-commit about the result" };

    public BuildVerb()
        : base("build", Summary)
    {
        Add(_context);
        Add(_file, _branch, _noCache, _dryRun, _force, _forget, _noVerify);
    }

    public override IReadOnlyList<string> Usage =>
        ["build [-f FILE] [-b BRANCH] [--no-cache] [-n] [--force] [--no-verify] [DIR]", "build --forget"];

    public override string Description =>
        """
        A Migfile has one instruction on each line:
          FROM VERSION | FROM scratch SETTING=VALUE... | FROM debian:SUITE SETTING=VALUE...
          RUN [--net] COMMAND           COPY [--chown=U:G] [--chmod=MODE] [--archive] SOURCE... /TARGET
          ENV NAME=VALUE...             INSTALL [--source=DIR] [--net] FILE.deb|NAME...
          REMOVE [--purge] NAME...      SEAL [OPERATION...]
          TAG NAME                      EXPORT FORMAT FILE
        Each step is a commit. A step that was made before, from the same version and the same inputs, is taken. Branches and tags move at
        the end; when a step fails, they are where they were. COPY and INSTALL read what is in DIR (.), and nothing beside it.

        Settings of scratch and debian: size=2G, fs=ext4|xfs|btrfs, table=none|mbr|gpt, label=root; of debian, besides: packages=A,B,
        mirror=URL, hostname=NAME, variant=minbase. With SOURCE_DATE_EPOCH set, all commits have that time.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig build -b web", "builds ./Migfile, and moves the branch web to it"),
        ("mig build -n", "says which steps were made before"),
        ("mig build --no-cache -b web", "makes all of them anew, and says what became different"),
    ];

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_forget))
        {
            session.Output.WriteLine($"Forgot {Sizes.Count(new ImageBuilder(session.Repository).Forget(), "version")}.");
            return ExitCode.Success;
        }

        string context = arguments.GetValue(_context) ?? ".";
        if (!Directory.Exists(context))
            throw new NotFoundException($"there is no folder '{context}' to build from");
        var clock = Stopwatch.StartNew();
        TimeSpan begun = default;
        using Repository repository = Repository.Open(session.Repository.Folder, Stop(session.Context));
        BuildResult result = new ImageBuilder(repository).Run(
            new BuildRequest
            {
                File = BuildFile.Read(arguments.GetValue(_file) ?? Path.Combine(context, "Migfile")),
                Context = context,
                Branch = arguments.GetValue(_branch),
                UsesMemory = !arguments.GetValue(_noCache),
                DryRun = arguments.GetValue(_dryRun),
                Overwrites = arguments.GetValue(_force),
                NoVerify = arguments.GetValue(_noVerify),
                Reports = Show,
            },
            session.Cancellation);
        foreach (string path in (result.Differences ?? []).Take(ShownDifferences))
            session.Output.WriteLine($"  not as before: {SafeText.Name(path)}");
        if (result.Differences is { Count: > ShownDifferences } many)
            session.Output.WriteLine($"  and {many.Count - ShownDifferences} more");
        if (result.Made is { } made)
            session.Output.WriteLine($"{(arguments.GetValue(_branch) is { } name ? $"[{name}] " : "")}{made}");
        return ExitCode.Success;

        // A step's line is written when it is done; what it prints itself stands before.
        void Show(BuildStep step)
        {
            if (step.Made is not { } version)
            {
                begun = clock.Elapsed;
                return;
            }

            string how = step.IsCached ? "made before"
                : string.Create(CultureInfo.InvariantCulture, $"{(clock.Elapsed - begun).TotalSeconds:0.0} s");
            session.Output.WriteLine(
                $"[{step.Number}/{step.Count}] {version.Value.ToShortString()} {SafeText.Line(step.Line.Title)} ({how})");
            session.Output.Flush();
        }
    }

    // Commits of a build that is to be the same again have no time of their own.
    private static RepositoryContext Stop(RepositoryContext context) =>
        context.Environment("SOURCE_DATE_EPOCH") is not { Length: > 0 } epoch ? context
            : long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) ? context with
            {
                Environment = name => name is "MIG_AUTHOR_DATE" or "MIG_COMMITTER_DATE"
                    ? context.Environment(name) ?? $"@{seconds} +0000" : context.Environment(name),
            }
            : throw new UsageException($"SOURCE_DATE_EPOCH is '{epoch}', and is a number of seconds");
}
