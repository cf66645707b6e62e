using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Compare;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Revisions;

namespace Mig.Cli.Verbs;

internal sealed class DiffVerb : Verb
{
    public const string Summary = "Shows how two versions differ";

    private readonly Argument<string[]> _arguments = new("REV") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _nameStatus = new("--name-status") { Description = "A line for each path: A added, D removed, M changed, R renamed, T of another type, m metadata only" };
    private readonly Option<bool> _stat = new("--stat") { Description = "Counts the lines that changed in each file" };
    private readonly Option<bool> _patch = new("--patch", "-p") { Description = "Shows the lines that changed, as a patch" };
    private readonly Option<bool> _disk = new("--disk") { Description = "Shows what differs outside of files" };
    private readonly Option<bool> _packages = new("--packages") { Description = "Shows the packages that were installed, removed, upgraded or downgraded" };
    private readonly Option<bool> _exitCode = new("--exit-code") { Description = "Ends with 1 when there are differences" };

    public DiffVerb()
        : base("diff", Summary)
    {
        Add(_nameStatus, _stat, _patch, _disk, _packages, _exitCode);
        Add(_arguments);
    }

    public override IReadOnlyList<string> Usage => ["diff [--name-status | --stat | -p] [--packages] [--disk] [--exit-code] [REV [REV] | REV..REV] [-- PATH...]"];

    public override string Description =>
        "A single REV is compared with HEAD. Without options, what changed below /etc comes first, then other paths, then\n"
        + "what differs in its metadata only. PATH is a file or a directory with all below it; @2/PATH is on partition 2.\n"
        + "With --quiet nothing is printed, and the exit code says whether there are differences. Nothing is read but what\n"
        + "differs.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig diff v1 v2", "says what changed, configuration first"),
        ("mig diff -p HEAD~1 HEAD -- /etc", "shows the changed lines of the configuration"),
        ("mig diff --packages v1..v2", "lists packages that came, went or were upgraded"),
        ("mig diff --disk v1", "shows boot code, partition tables and other bytes outside of files that differ from HEAD"),
    ];

    public override CompletionKind Completes => CompletionKind.Revisions;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        (ImageId before, ImageId after, List<PathSpec> paths) = Select(arguments, session);
        bool wantsDisk = arguments.GetValue(_disk), wantsPackages = arguments.GetValue(_packages);
        if (wantsDisk && paths.Count > 0)
            throw new UsageException("--disk is about what lies outside of files; leave the paths out");
        var comparer = new ImageComparer(session.Repository);
        ImageComparison comparison = comparer.Compare(before, after, paths);
        IReadOnlyList<DiskComparison>? disks = wantsDisk ? comparer.CompareDisks(comparison, session.Cancellation) : null;
        IReadOnlyList<PackageChange>? packages = wantsPackages ? new PackageComparer(session.Repository).Compare(comparison, session.Cancellation) : null;
        bool differs = comparison.Volumes.Any(volume => volume.Changes.Count > 0) || disks is { Count: > 0 };
        if (session.IsJson)
            WriteJson(before, after, comparison, disks, packages, session);
        else if (!session.IsQuiet)
            Write(arguments, comparison, disks, packages, session);
        return differs && (arguments.GetValue(_exitCode) || session.IsQuiet) ? ExitCode.Differs : ExitCode.Success;
    }

    private (ImageId Before, ImageId After, List<PathSpec> Paths) Select(ParseResult arguments, Session session)
    {
        string[] given = arguments.GetValue(_arguments) ?? [];
        int dashes = arguments.Tokens.TakeWhile(token => token.Type != System.CommandLine.Parsing.TokenType.DoubleDash).Count();
        int pathCount = arguments.Tokens.Skip(dashes + 1).Count();
        string[] revisions = given[..^pathCount];
        if (revisions is [var range] && RevisionResolver.SplitRange(range) is var (before, after))
            revisions = [before, after];
        if (revisions.Length is 0 or > 2)
            throw new UsageException("two versions are compared: 'mig diff A B', or 'mig diff A' for A and HEAD; paths stand after '--'");
        RevisionResolver resolver = session.Repository.Revisions;
        return (resolver.ResolveImage(revisions[0]), resolver.ResolveImage(revisions.Length == 2 ? revisions[1] : "HEAD"), [.. given[^pathCount..].Select(path => PathArgument.Parse("HEAD:" + path).Path!)]);
    }

    private void Write(ParseResult arguments, ImageComparison comparison, IReadOnlyList<DiskComparison>? disks, IReadOnlyList<PackageChange>? packages, Session session)
    {
        TextOutput output = session.Output;
        if (packages is not null)
            WritePackages(packages, session);
        if (disks is not null)
            new DiskDiffView(output, session.Palette).Write(disks);
        bool wantsNames = arguments.GetValue(_nameStatus), wantsStat = arguments.GetValue(_stat), wantsPatch = arguments.GetValue(_patch);
        if (wantsNames)
            WriteNames(comparison, output);
        if (wantsStat)
            new StatView(output, session.Palette, session.Repository, session.Cancellation).Write(comparison);
        if (wantsPatch)
        {
            var view = new PatchView(output, session.Palette, session.Repository, session.Cancellation);
            foreach (VolumeComparison volume in comparison.Volumes)
            {
                foreach (TreeChange change in volume.Changes)
                    view.Write(volume, change);
            }
        }

        if (packages is null && disks is null && !wantsNames && !wantsStat && !wantsPatch)
            new DiffSummary(output, session.Palette).Write(comparison);
    }

    private static void WriteNames(ImageComparison comparison, TextOutput output)
    {
        foreach (VolumeComparison volume in comparison.Volumes)
        {
            foreach (TreeChange change in volume.Changes)
            {
                string from = change.OldPath is { } old ? "100\t" + DiffNames.SafePath(volume, old) : "";
                output.WriteLine($"{DiffNames.Letter(change)}{from}\t{DiffNames.SafePath(volume, change.Path)}");
            }
        }
    }

    private static void WritePackages(IReadOnlyList<PackageChange> packages, Session session)
    {
        foreach (PackageChange package in packages)
        {
            string name = SafeText.Line(package.Architecture.Length == 0 ? package.Name : $"{package.Name}:{package.Architecture}");
            session.Output.WriteLine(package switch
            {
                { Before: null } => $"{session.Palette.Green("installed")} {name} {SafeText.Line(package.After!)}",
                { After: null } => $"{session.Palette.Red("removed")} {name} {SafeText.Line(package.Before)}",
                _ => $"{session.Palette.Yellow(PackageChangeJson.Word(package))} {name} {SafeText.Line(package.Before)} -> {SafeText.Line(package.After)}",
            });
        }

        if (packages.Count == 0)
            session.Output.WriteLine("no packages differ");
    }

    private static void WriteJson(ImageId before, ImageId after, ImageComparison comparison, IReadOnlyList<DiskComparison>? disks, IReadOnlyList<PackageChange>? packages, Session session) =>
        session.WriteJson(
            new DiffJson(
                before.ToString(),
                after.ToString(),
                ChangeCounts.Of(comparison.Volumes.SelectMany(volume => volume.Changes)),
                [.. comparison.Volumes.SelectMany(volume => volume.Changes.Select(change => ChangeJson.Of(volume, change)))],
                packages is null ? null : [.. packages.Select(PackageChangeJson.Of)],
                disks is null ? null : [.. disks.SelectMany(disk => disk.Regions.Select(region => RegionJson.Of(disk, region)))]),
            MigJson.Default.DiffJson);
}
