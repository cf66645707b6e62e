using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Machines.Coverage;
using Mig.Machines.Inventories;
using Mig.Versions.Compare;
using Mig.Versions.Working;

namespace Mig.Cli.Views;

/// <summary>Prints how two sides differ; the options of all verbs that do.</summary>
internal sealed class DiffView
{
    private readonly ChangeView _changes = new();
    private readonly Option<bool> _disk = new("--disk") { Description = "Shows what differs outside of files" };
    private readonly Option<bool> _packages =
        new("--packages") { Description = "Shows the packages that were installed, removed, upgraded or downgraded" };
    private readonly Option<bool> _exitCode = new("--exit-code") { Description = "Ends with 1 when there are differences" };

    /// <summary>What stands before other options of a verb.</summary>
    public IReadOnlyList<Option> Options => [.. _changes.Options, _disk, _packages];

    /// <summary>What stands behind them.</summary>
    public Option ExitCodeOption => _exitCode;

    /// <param name="open">Opens the sides; called when the options are known to fit.</param>
    /// <param name="paths">What the comparison is limited to; everything when there are none.</param>
    /// <returns>The exit code.</returns>
    public int Run(ParseResult arguments, Func<ComparedSides> open, IReadOnlyList<PathSpec> paths, Session session)
    {
        bool wantsDisk = arguments.GetValue(_disk), wantsPackages = arguments.GetValue(_packages);
        if (wantsDisk && paths.Count > 0)
            throw new UsageException("--disk is about what lies outside of files; leave the paths out");
        using ComparedSides sides = open();
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
