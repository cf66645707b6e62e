using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Inventories;
using Mig.Machines.Merging;
using Mig.Versions.Compare;
using Mig.Versions.Merging;
using Mig.Versions.Working;

namespace Mig.Cli.Verbs;

internal sealed class DiffVerb : Verb
{
    public const string Summary = "Shows how two versions differ";

    private readonly Argument<string[]> _arguments = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly ChangeView _changes = new();
    private readonly WorkingArguments _working = new();
    private readonly Option<bool> _disk = new("--disk") { Description = "Shows what differs outside of files" };
    private readonly Option<bool> _packages =
        new("--packages") { Description = "Shows the packages that were installed, removed, upgraded or downgraded" };
    private readonly Option<bool> _merge = new("--merge")
    {
        Description =
        "Shows where a merge of REV into HEAD, or into the first of two, would be in conflict: both sides and what they come from"
    };
    private readonly Option<bool> _exitCode = new("--exit-code") { Description = "Ends with 1 when there are differences" };
    private readonly Option<bool> _quick =
        new("--quick") { Description = "Trusts size, times and place of files that were committed before" };

    public DiffVerb()
        : base("diff", Summary)
    {
        Add([.. _changes.Options, _disk, _packages, _merge, _exitCode, _quick, .. _working.Options]);
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
        bool wantsDisk = arguments.GetValue(_disk), wantsPackages = arguments.GetValue(_packages);
        if (wantsDisk && paths.Count > 0)
            throw new UsageException("--disk is about what lies outside of files; leave the paths out");
        using ComparedSides sides = Open(arguments, names, session);
        ImageComparison comparison = sides.Compare(paths);
        IReadOnlyList<DiskComparison>? disks = wantsDisk ? sides.CompareDisks(comparison, session.Cancellation) : null;
        IReadOnlyList<PackageChange>? packages = wantsPackages ? sides.ComparePackages(comparison, session.Cancellation) : null;
        IReadOnlyList<VolumeSettingChange> settings = paths.Count > 0 ? [] : sides.CompareSettings(comparison);
        bool differs = comparison.Volumes.Any(volume => volume.Changes.Count > 0) || settings.Count > 0 || disks is { Count: > 0 };
        AnswerCoverage coverage = sides.FindUnseen(comparison, differs || wantsDisk, wantsPackages, session.Cancellation);
        if (session.IsJson)
            WriteJson(sides, comparison, settings, disks, packages, coverage, session);
        else if (!session.IsQuiet)
            Write(arguments, sides, comparison, settings, disks, packages, session);
        int end = AnswerEnd.Say(coverage, session, wantsPackages ? packages!.Count > 0 : differs, nothing: ExitCode.Success);
        return differs && (arguments.GetValue(_exitCode) || session.IsQuiet) ? ExitCode.Differs : end;
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

    private void Write(
        ParseResult arguments,
        ComparedSides sides,
        ImageComparison comparison,
        IReadOnlyList<VolumeSettingChange> settings,
        IReadOnlyList<DiskComparison>? disks,
        IReadOnlyList<PackageChange>? packages,
        Session session)
    {
        if (packages is not null)
            WritePackages(packages, session);
        if (disks is not null)
        {
            new DiskDiffView(session.Output, session.Palette).Write(disks);
            DiffSummary.WriteSettings(settings, "", session.Output);
        }

        if (_changes.IsWanted(arguments))
            _changes.Write(arguments, sides, comparison, session);
        else if (packages is null && disks is null)
            new DiffSummary(session.Output, session.Palette).Write(comparison, settings);
    }

    private static void WritePackages(IReadOnlyList<PackageChange> packages, Session session)
    {
        foreach (PackageChange package in packages)
        {
            string name = SafeText.Line(package.Architecture.Length == 0 ? package.Name : $"{package.Name}:{package.Architecture}");
            string change = package switch
            {
                { Before: null } => $"{session.Palette.Green("installed")} {name} {SafeText.Line(package.After!)}",
                { After: null } => $"{session.Palette.Red("removed")} {name} {SafeText.Line(package.Before)}",
                _ => $"{session.Palette.Yellow(PackageChangeJson.Word(package))} {name} {SafeText.Line(package.Before)} -> "
                    + $"{SafeText.Line(package.After)}",
            };
            session.Output.WriteLine(PackageKinds.IsSystem(package.Kind) ? change : $"{change} ({PackageKinds.NameOf(package.Kind)})");
        }

        if (packages.Count == 0)
            session.Output.WriteLine("no packages differ");
    }

    private static void WriteJson(
        ComparedSides sides,
        ImageComparison comparison,
        IReadOnlyList<VolumeSettingChange> settings,
        IReadOnlyList<DiskComparison>? disks,
        IReadOnlyList<PackageChange>? packages,
        AnswerCoverage coverage,
        Session session) =>
        session.WriteJson(
            new DiffJson(
                sides.Before.ToString(),
                sides.After.ToString(),
                sides.DisksBefore?.Paths,
                sides.DisksAfter?.Paths,
                ChangeCounts.Of(comparison.Volumes.SelectMany(volume => volume.Changes)),
                [.. comparison.Volumes.SelectMany(volume => volume.Changes.Select(change => ChangeJson.Of(volume, change)))],
                settings.Count == 0 ? null : [.. settings.Select(SettingChangeJson.Of)],
                packages is null ? null : [.. packages.Select(PackageChangeJson.Of)],
                disks is null ? null : [.. disks.SelectMany(disk => disk.Regions.Select(region => RegionJson.Of(disk, region)))],
                coverage.IsComplete ? null : UnseenVersionsJson.Of(coverage)),
            MigJson.Default.DiffJson);
}
