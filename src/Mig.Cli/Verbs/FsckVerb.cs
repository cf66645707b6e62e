using System.CommandLine;
using Mig.Care.Checks;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;

namespace Mig.Cli.Verbs;

internal sealed class FsckVerb : Verb
{
    public const string Summary = "Checks that everything in the repository is there and intact";

    private readonly Option<bool> _quick = new("--quick") { Description = "Follows what refers to what, and reads no content" };

    private readonly Option<bool> _noViews =
        new("--no-views") { Description = "Does not compare what manifests say with what the disks hold" };

    private readonly Option<string> _sample = new("--sample")
    {
        HelpName = "N% | K/N",
        Description = "Reads a part of the contents: a random one, or the K-th of N that together are all",
    };

    private readonly Option<bool> _resume = new("--resume") { Description = "Goes on where a check that was cut short ended" };

    private readonly Option<string> _repairFrom = new("--repair-from")
    {
        Description =
        "Brings back what is damaged or missing from another repository, and checks again", HelpName = "REMOTE | ADDRESS"
    };

    public FsckVerb()
        : base("fsck", Summary)
    {
        Add(_quick);
        Add(_noViews);
        Add(_sample);
        Add(_resume);
        Add(_repairFrom);
    }

    public override IReadOnlyList<string> Usage =>
        ["fsck [--quick | --sample (N% | K/N) | [--resume] [--no-views]] [--json]",
            "fsck --repair-from (REMOTE | ADDRESS) [--no-views] [--json]"];

    public override string Description =>
        "Reads every byte of every pack and checks it against its id, then follows every ref down to the last block. Reads the\n"
        + "file systems of each image from its disks, to see that the manifest says what they hold. That costs a few times what\n"
        + "'mig commit --quick' costs for each image, but only once: mig notes what was proven. What is damaged is named by version\n"
        + "and path. Problems end the command with 22.\n\n"
        + "--sample reads a part of the contents only, and says so: a random one each time, or one of N parts, so that N runs read\n"
        + "all. A check that was cut short has noted what it found whole; --resume does not read that again.\n\n"
        + "--repair-from asks any other repository for exactly the objects that are damaged or missing here, checks them, writes\n"
        + "them into new packs, and takes the damaged ones away when nothing is missing any more. Then all is checked.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig fsck", "checks everything"),
        ("mig fsck --repair-from origin", "brings back from origin what is damaged here"),
        ("mig fsck --sample 3/7", "reads the third of seven parts: one for each day of the week"),
        ("mig fsck --quick", "checks only that nothing is missing, in a fraction of the time; contents are not read"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        bool isQuick = arguments.GetValue(_quick);
        string? sample = arguments.GetValue(_sample);
        bool goesOn = arguments.GetValue(_resume);
        if ((isQuick && (goesOn || sample is not null)) || (goesOn && sample is not null))
            throw new UsageException("--quick, --sample and --resume do not go together: each says by itself what is read");
        Repository repository = session.Repository;
        RepairReport? repair = null;
        if (arguments.GetValue(_repairFrom) is { } source)
        {
            if (isQuick || goesOn || sample is not null)
                throw new UsageException(
                    "what is damaged is found by reading it, so --repair-from does not go together with --quick, --sample or --resume");
            using (ProgressBar? progress = session.ShowProgress())
                repair = new RepositoryRepair(repository)
                    .Run(source, progress ?? (Core.IProgressSink)Core.NoProgress.Instance, session.Cancellation);
            if (!session.IsJson)
                Tell(repair, session);
        }

        // Opened anew: a pack may have come under the name of a damaged one.
        using Repository again = Repository.Open(repository.Folder, session.Context);
        CheckReport report;
        using (ProgressBar? progress = session.ShowProgress())
            report = new RepositoryCheck(again) { ComparesViews = !arguments.GetValue(_noViews), Sample = sample, GoesOn = goesOn }.Run(
                isQuick, progress ?? (Core.IProgressSink)Core.NoProgress.Instance, session.Cancellation);
        if (session.IsJson)
            session.WriteJson(CheckJson.Of(report, isQuick, repair), MigJson.Default.CheckJson);
        else
            Write(report, isQuick, session);
        return report.Problems.Count == 0 ? ExitCode.Success : ExitCode.CorruptStore;
    }

    private static void Tell(RepairReport repair, Session session)
    {
        if (repair.IndexedPacks > 0)
            session.Report($"Made an index anew for {Sizes.Count(repair.IndexedPacks, "pack")}.");
        session.Report(repair.Brought == 0 && repair.Missing == 0 ? "Nothing is missing: nothing was brought."
            : $"Brought {Sizes.Count(repair.Brought, "object")} from {SafeText.Line(repair.Source)}.");
        if (repair.RemovedPacks > 0)
            session.Report($"Took {Sizes.Count(repair.RemovedPacks, "damaged pack")} away; what was whole of them is in new ones.");
        if (repair.Missing > 0)
            session.Warn(
                $"{Sizes.Count(repair.Missing, "object that is needed is", "objects that are needed are")} not there, either; nothing was "
                + "taken away. Try another copy");
    }

    private static void Write(CheckReport report, bool isQuick, Session session)
    {
        foreach (string warning in report.Warnings)
            session.Warn(warning);
        foreach (CheckProblem problem in report.Problems)
            session.Output.WriteLine($"{session.Palette.Red("problem")} {SafeText.Line(problem.Message)}");
        foreach (AffectedVersion affected in report.Affected)
        {
            session.Output.WriteLine($"not whole in {SafeText.Line(Names(affected))}:");
            foreach (string place in affected.Places)
                session.Output.WriteLine($"  {SafeText.Line(place)}");
            if (affected.PlaceCount > affected.Places.Count)
                session.Output.WriteLine($"  and {Sizes.Count(affected.PlaceCount - affected.Places.Count, "other place")}");
        }

        session.Output.WriteLine(
            $"{(isQuick || report.Sample is not null ? "Looked up" : "Read and checked")} {Sizes.Count(report.Objects, "object")} "
            + $"({Sizes.Bytes(report.RawBytes)}) in "
            + $"{Sizes.Count(report.Packs, "pack")} ({Sizes.Bytes(report.StoredBytes)}).");
        session.Output.WriteLine(
            $"Followed {Sizes.Count(report.Refs, "ref")} to {Sizes.Count(report.Commits, "commit")}, "
            + $"{Sizes.Count(report.Images, "image")}, "
            + $"{Sizes.Count(report.Trees, "directory", "directories")} with {Sizes.Count(report.Files, "file")}, "
            + $"{Sizes.Count(report.Layouts, "layout node")}.");
        if (report.Unreachable > 0)
            session.Output.WriteLine(
                $"{Sizes.Count(report.Unreachable, "object is", "objects are")} not in use: nothing refers to them, and they do no harm.");
        if (report.LeftOut > 0)
            session.Output.WriteLine(
                $"{Sizes.Count(report.LeftOut, "reference leads", "references lead")} to content that this partial clone left at its "
                + "remote.");
        if (report.ComparedImages > 0)
            session.Output.WriteLine($"The manifests of {Sizes.Count(report.ComparedImages, "image")} say what their disks hold.");
        if (report.EarlierPacks > 0)
            session.Output.WriteLine(
                $"{Sizes.Count(report.EarlierPacks, "pack")} of these were read by the check that began at {report.EarlierSince:u}.");
        if (report.Sample is not null)
            session.Output.WriteLine($"Read and checked {Sizes.Bytes(report.ReadBytes)} of them (--sample {report.Sample}).");
        session.Output.WriteLine(report.Problems.Count == 0
            ? report.Sample is not null
                ? "What was read is intact, and nothing is missing. The rest was not read (--sample): mig fsck reads all."
                : isQuick
                ? "Nothing is missing. Contents were not read (--quick), so whether they are intact is not known: mig fsck reads them."
                : session.Palette.Green("Everything is there and intact.")
            : session.Palette.Red($"Found {Sizes.Count(report.Problems.Count, "problem")}.")
                + " Do not delete anything. 'mig fsck --repair-from ADDRESS' brings back what another copy has.");
    }

    private static string Names(AffectedVersion affected)
    {
        const int Most = 6;
        string names = string.Join(", ", affected.Versions.Take(Most).Select(version => version.Name));
        return affected.Versions.Count > Most ? $"{names} and {Sizes.Count(affected.Versions.Count - Most, "other version")}" : names;
    }
}
