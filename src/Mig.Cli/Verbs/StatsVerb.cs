using System.CommandLine;
using System.Globalization;
using Mig.Checks;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;

namespace Mig.Cli.Verbs;

internal sealed class StatsVerb : Verb
{
    public const string Summary = "Shows what the repository holds, and what it saves";

    public StatsVerb()
        : base("stats", Summary)
    {
    }

    public override IReadOnlyList<string> Usage => ["stats [--json]"];

    public override string Description => "An image is a branch, or HEAD. What is its own goes when the branch goes; the rest is shared with others.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig stats", "shows sizes, and how many times smaller the repository is than its versions"),
        ("mig stats --json | jq .factor", "prints that number for a script"),
    ];

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        StatisticsReport report = new RepositoryStatistics(session.Repository).Run(session.Cancellation);
        if (session.IsJson)
        {
            session.WriteJson(StatisticsJson.Of(report), MigJson.Default.StatisticsJson);
            return ExitCode.Success;
        }

        Line("images", report.Images.Count.ToString(CultureInfo.InvariantCulture));
        Line("versions", report.Versions.ToString(CultureInfo.InvariantCulture));
        Line("their disks", Sizes.Bytes(report.DiskBytes));
        Line("not zero", Sizes.Bytes(report.LogicalBytes));
        Line("each byte once", $"{Sizes.Bytes(report.ObjectBytes)} in {Sizes.Count(report.Objects, "object")}");
        Line("stored", $"{Sizes.Bytes(report.StoredBytes)} in {Sizes.Count(report.Packs, "pack")}");
        Line("saved", report.Factor == 0 ? "nothing yet" : string.Create(CultureInfo.InvariantCulture, $"{report.Factor:0.0} times smaller"));
        if (report.Images.Count == 0)
            return ExitCode.Success;
        int width = Math.Max(5, report.Images.Max(image => image.Name.Length));
        session.Output.WriteLine();
        session.Output.WriteLine($"{"image".PadRight(width)} {"versions",8} {"disks",10} {"not zero",10} {"files",9} {"its own",10} {"stored",10}");
        foreach (ImageStatistics image in report.Images)
        {
            session.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{image.Name.PadRight(width)} {image.Versions,8} {Sizes.Bytes(image.DiskBytes),10} {Sizes.Bytes(image.UsedBytes),10} {image.Files,9} {Sizes.Bytes(image.UniqueBytes),10} {Sizes.Bytes(image.UniqueStoredBytes),10}"));
        }

        return ExitCode.Success;

        void Line(string what, string value) => session.Output.WriteLine($"{what + ":",-16}{value}");
    }
}
