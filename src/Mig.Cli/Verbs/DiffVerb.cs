using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Merging;
using Mig.Versions.Compare;
using Mig.Versions.Merging;
using Mig.Versions.Working;

namespace Mig.Cli.Verbs;

internal sealed class DiffVerb : Verb
{
    public const string Summary = "Shows how two versions differ";

    private readonly Argument<string[]> _arguments = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly DiffView _view = new();
    private readonly WorkingArguments _working = new();
    private readonly Option<bool> _merge = new("--merge")
    {
        Description =
        "Shows where a merge of REV into HEAD, or into the first of two, would be in conflict: both sides and what they come from"
    };
    private readonly Option<bool> _quick =
        new("--quick") { Description = "Trusts size, times and place of files that were committed before" };

    public DiffVerb()
        : base("diff", Summary)
    {
        Add([.. _view.Options, _merge, _view.ExitCodeOption, _quick, .. _working.Options]);
        Add(_arguments);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "diff [--name-status | --stat | -p] [--packages] [--disk] [--exit-code] [REV [REV] | REV..REV] [-- PATH...]",
        "diff [--quick] ... [REV] DISK... [-- PATH...]",
        "diff ... DISK DISK [-- PATH...]",
        "diff --merge [--json] [REV] REV",
    ];

    public override string Description =>
        "Disks are compared as they are now, and nothing is committed; two disks need no repository. A single REV is compared\n"
        + "with the disk that HEAD's commit was made from, or with HEAD when that disk is gone. A single DISK is compared with\n"
        + "HEAD. Several disks after REV are one machine. Without options, changes below /etc come first, then other paths, then\n"
        + "paths of which only metadata changed. PATH is a file, a directory with all below it, or a pattern such as '*.conf';\n"
        + "@2/PATH is on partition 2. With --quiet nothing is printed, and the exit code says whether anything differs. Of\n"
        + "versions only what differs is read; of disks everything, unless --quick is given.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig diff v1 v2", "says what changed, configuration first"),
        ("mig diff -p HEAD~1 HEAD -- /etc", "shows the changed lines of the configuration"),
        ("mig diff --packages v1..v2", "lists packages that came, went or were upgraded"),
        ("mig diff --disk v1 HEAD", "shows boot code, partition tables and other bytes outside of files that differ"),
        ("mig diff --merge security", "shows what 'mig merge security' would be in conflict about, line by line"),
        ("mig diff v1 disk.vmdk", "compares a version with a disk as it is now"),
        ("mig diff old.raw new.vmdk -- '*.conf'", "compares two disks, in a repository or not"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        (string[] names, List<PathSpec> paths) = PathLimitArguments.Split(arguments, arguments.GetValue(_arguments) ?? []);
        if (arguments.GetValue(_merge))
            return ShowMerge(names, paths.Count, session);
        return _view.Run(arguments, () => Open(arguments, names, session), paths, session);
    }

    private static int ShowMerge(string[] names, int pathCount, Session session)
    {
        if (pathCount > 0 || names.Length is not (1 or 2))
            throw new UsageException("--merge takes the version to be merged, or two versions, and no paths");
        MergePlan plan = new Merger(session.Repository).Preview(names.Length == 2 ? names[0] : "HEAD", names[^1], MergeChoices.None);
        var again = new AgainCommand("merge", names[^1]);
        if (session.IsJson)
            session.WriteJson(MergeConflictJson.Of(plan, again), MigJson.Default.MergeConflictJson);
        else
            MergeView.WriteThreeWays(plan, again, session);
        return plan.HasConflicts ? ExitCode.Conflict : ExitCode.Success;
    }

    private ComparedSides Open(ParseResult arguments, string[] names, Session session)
    {
        if (names is [var range] && RevisionResolver.SplitRange(range) is var (before, after) && !DiskPlaces.IsDisk(range))
            names = [before, after];
        Repository? repository = session.FindRepository();
        ComparedSides sides;
        using (ProgressBar? progress = session.ShowProgress())
            sides = new SideChooser(repository, session.Context)
                .Open(names, _working.Read(arguments, arguments.GetValue(_quick), progress, repository), session.Cancellation);
        foreach (WorkingImage disks in ((WorkingImage?[])[sides.DisksBefore, sides.DisksAfter]).OfType<WorkingImage>())
        {
            DiskWarnings.Say(session, disks.Reports);
            if (!disks.Paths.Any(names.Contains))
                session.Say($"compared with {string.Join(", ", disks.Paths)} as it is now, which HEAD was made from");
            if (disks.Reports.Sum(report => report.TrustedBytes) is > 0 and long trusted)
                session.Say($"{Sizes.Bytes(trusted)} were not read (--quick): sizes, times and places of those files are as they were");
        }

        return sides;
    }
}
