using System.CommandLine;
using System.Globalization;
using Mig.Care.Checks;
using Mig.Care.Sharing;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Images.Browse;

namespace Mig.Cli.Verbs;

internal sealed class StatsVerb : Verb
{
    public const string Summary = "Shows what the repository holds, and what it saves";

    private const int DefaultThreshold = 50;

    private readonly Option<bool> _matrix = new("--matrix") { Description = "Shows which part of each image's content the others have" };
    private readonly Option<bool> _clusters = new("--clusters") { Description = "Shows groups of images that have much in common" };
    private readonly Option<int> _threshold = new("--threshold")
    {
        Description =
        "How many percent of the smaller image two images of a group share at least; 50 unless given", HelpName = "N"
    };

    public StatsVerb()
        : base("stats", Summary) => Add(_matrix, _clusters, _threshold);

    public override IReadOnlyList<string> Usage => ["stats [--json]", "stats --matrix | --clusters [--threshold N] [--json]"];

    public override string Description =>
        "An image is a branch, or HEAD. What is 'its own' goes when the branch goes; other images share the rest.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig stats", "shows sizes, and how many times smaller the repository is than its versions"),
        ("mig stats --json | jq .factor", "prints that number for a script"),
        ("mig stats --matrix", "shows who shares what with whom"),
        ("mig stats --clusters --threshold 80", "groups images that are nearly the same"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        if (arguments.GetValue(_matrix) || arguments.GetValue(_clusters))
            return Compare(arguments, session);
        if (arguments.GetResult(_threshold) is not null)
            throw new UsageException("--threshold is about groups; add --clusters");
        var statistics = new RepositoryStatistics(session.Repository);
        StatisticsReport report = statistics.Run(session.Cancellation);
        if (session.IsJson)
            session.WriteJson(StatisticsJson.Of(report, statistics.Coverage), MigJson.Default.StatisticsJson);
        else
            Write(report, session);
        return AnswerEnd.Say(statistics.Coverage, session, isFound: true);
    }

    private static void Write(StatisticsReport report, Session session)
    {

        Line("images", report.Images.Count.ToString(CultureInfo.InvariantCulture));
        Line("versions", report.Versions.ToString(CultureInfo.InvariantCulture));
        Line("their disks", Sizes.Bytes(report.DiskBytes));
        Line("not zero", Sizes.Bytes(report.LogicalBytes));
        Line("each byte once", $"{Sizes.Bytes(report.ObjectBytes)} in {Sizes.Count(report.Objects, "object")}");
        Line("stored", $"{Sizes.Bytes(report.StoredBytes)} in {Sizes.Count(report.Packs, "pack")}");
        Line("saved", report.Factor == 0 ? "nothing yet"
            : string.Create(CultureInfo.InvariantCulture, $"{report.Factor:0.0} times smaller"));
        if (report.Images.Count == 0)
            return;
        int width = Math.Max(5, report.Images.Max(image => image.Name.Length));
        session.Output.WriteLine();
        session.Output.WriteLine(
            $"{"image".PadRight(width)} {"versions",8} {"disks",10} {"not zero",10} {"files",9} {"its own",10} {"stored",10}");
        foreach (ImageStatistics image in report.Images)
        {
            session.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{image.Name.PadRight(width)} {image.Versions,8} {Sizes.Bytes(image.DiskBytes),10} {Sizes.Bytes(image.UsedBytes),10} "
                    + $"{image.Files,9} {Sizes.Bytes(image.UniqueBytes),10} {Sizes.Bytes(image.UniqueStoredBytes),10}"));
        }

        void Line(string what, string value) => session.Output.WriteLine($"{what + ":",-16}{value}");
    }

    private int Compare(ParseResult arguments, Session session)
    {
        int threshold = arguments.GetResult(_threshold) is null ? DefaultThreshold : arguments.GetValue(_threshold);
        if (threshold is < 1 or > 100)
            throw new UsageException($"--threshold is 1 to 100 percent, not {threshold}");
        var coverage = new AnswerCoverage(session.Repository);
        SharingMatrix matrix = SharingMatrix.Measure(session.Repository, VersionTips.OfBranches(session.Repository, coverage)
            .Select(branch => (branch.Name.ShortName, branch.Image)), coverage, session.Cancellation);
        IReadOnlyList<IReadOnlyList<int>>? clusters = arguments.GetValue(_clusters) ? matrix.FindClusters(threshold / 100.0) : null;
        if (session.IsJson)
        {
            session.WriteJson(SharingJson.Of(matrix, clusters, coverage), MigJson.Default.SharingJson);
            return AnswerEnd.Say(coverage, session, isFound: true);
        }

        var view = new SharingView(session.Output);
        if (arguments.GetValue(_matrix))
            view.WriteMatrix(matrix);
        if (clusters is not null)
            view.WriteClusters(matrix, clusters);
        return AnswerEnd.Say(coverage, session, isFound: true);
    }
}
