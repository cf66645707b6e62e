using System.CommandLine;
using Mig.Checks;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;

namespace Mig.Cli.Verbs;

internal sealed class FsckVerb : Verb
{
    public const string Summary = "Checks that everything in the repository is there and intact";

    private readonly Option<bool> _quick = new("--quick") { Description = "Follows what refers to what, and reads no content" };

    private readonly Option<bool> _noViews = new("--no-views") { Description = "Does not compare what manifests say with what the disks hold" };

    public FsckVerb()
        : base("fsck", Summary)
    {
        Add(_quick);
        Add(_noViews);
    }

    public override IReadOnlyList<string> Usage => ["fsck [--quick | --no-views] [--json]"];

    public override string Description => "Reads every byte of every pack and checks it against its id, then follows every ref down to the last block,\nand reads the file systems of each image from its disks, to see that its files are what they hold. That costs\na few times what 'mig commit --quick' costs for each image, once: what was proven here is noted.\nProblems end the command with 22.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig fsck", "checks everything"),
        ("mig fsck --quick", "checks only that nothing is missing, in a fraction of the time; contents are not read"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        bool isQuick = arguments.GetValue(_quick);
        Repository repository = session.Repository;
        CheckReport report;
        using (ProgressBar? progress = session.ShowProgress())
            report = new RepositoryCheck(repository) { ComparesViews = !arguments.GetValue(_noViews) }.Run(isQuick, progress ?? (Core.IProgressSink)Core.NoProgress.Instance, session.Cancellation);
        if (session.IsJson)
            session.WriteJson(CheckJson.Of(report, isQuick), MigJson.Default.CheckJson);
        else
            Write(report, isQuick, session);
        return report.Problems.Count == 0 ? ExitCode.Success : ExitCode.CorruptStore;
    }

    private static void Write(CheckReport report, bool isQuick, Session session)
    {
        foreach (string warning in report.Warnings)
            session.Warn(warning);
        foreach (CheckProblem problem in report.Problems)
            session.Output.WriteLine($"{session.Palette.Red("problem")} {problem.Code}: {SafeText.Line(problem.Message)}");
        session.Output.WriteLine($"{(isQuick ? "Looked up" : "Read and checked")} {Sizes.Count(report.Objects, "object")} ({Sizes.Bytes(report.RawBytes)}) in {Sizes.Count(report.Packs, "pack")} ({Sizes.Bytes(report.StoredBytes)}).");
        session.Output.WriteLine($"Followed {Sizes.Count(report.Refs, "ref")} to {Sizes.Count(report.Commits, "commit")}, {Sizes.Count(report.Images, "image")}, "
            + $"{Sizes.Count(report.Trees, "directory", "directories")} with {Sizes.Count(report.Files, "file")}, {Sizes.Count(report.Layouts, "layout node")}.");
        if (report.Unreachable > 0)
            session.Output.WriteLine($"{Sizes.Count(report.Unreachable, "object is", "objects are")} not in use: nothing refers to them, and they do no harm.");
        if (report.LeftOut > 0)
            session.Output.WriteLine($"{Sizes.Count(report.LeftOut, "reference leads", "references lead")} to content that this partial clone left at its remote.");
        if (report.ComparedImages > 0)
            session.Output.WriteLine($"The manifests of {Sizes.Count(report.ComparedImages, "image")} say what their disks hold.");
        session.Output.WriteLine(report.Problems.Count == 0
            ? isQuick
                ? "Nothing is missing. Contents were not read (--quick), so whether they are intact is not known: mig fsck reads them."
                : session.Palette.Green("Everything is there and intact.")
            : session.Palette.Red($"Found {Sizes.Count(report.Problems.Count, "problem")}.") + " Do not delete anything; copy the repository, then restore what is named from another copy.");
    }
}
