using System.Globalization;
using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Images.Compliance;
using Mig.Machines.Baselines;

namespace Mig.Cli.Views;

/// <summary>Prints which images keep which rules: the rules by number, a line for each image, and what is broken.</summary>
internal sealed class ComplianceView(Session session)
{
    private const int NamesShown = 3;

    /// <summary>The first names, and how many more there are.</summary>
    public static string NamesOf(IReadOnlyList<string> names) => string.Join(", ", names.Take(NamesShown).Select(SafeText.Line))
        + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "");

    /// <summary>What of a rule is broken, in words.</summary>
    public static string Describe(RuleFinding finding) => finding switch
    {
        { Rule: "vulnerability" } => $"{finding.Subject} {finding.Actual}"
            + (finding.Expected.Length > 0 ? $", fixed in {finding.Expected}" : ", no fix known"),
        { Expected.Length: > 0, Actual.Length: > 0 } => $"{finding.Rule} {finding.Subject}: {finding.Actual}, not {finding.Expected}",
        { Actual.Length: > 0 } => $"{finding.Rule} {finding.Subject}: {finding.Actual}",
        _ => $"{finding.Rule} {finding.Subject}",
    };

    /// <param name="images">At least one.</param>
    public void Write(IReadOnlyList<ImageCompliance> images)
    {
        IReadOnlyList<RuleResult> columns = images[0].Rules;
        int digits = columns.Count.ToString(CultureInfo.InvariantCulture).Length;
        Baseline? last = null;
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].Baseline != last)
                session.Output.WriteLine(session.Palette.Bold(SafeText.Line((last = columns[i].Baseline).Name)));
            session.Output.WriteLine($"  {Number(i)} {SafeText.Line(columns[i].Rule.Text)}");
        }

        int width = images.Max(image => SafeText.Line(image.Name).Length);
        session.Output.WriteLine().WriteLine(
            $"{new string(' ', width)} {string.Concat(columns.Select((_, i) => " " + Number(i)))}");
        foreach (ImageCompliance image in images)
        {
            session.Output.WriteLine($"{SafeText.Line(image.Name).PadRight(width)} "
                + string.Concat(image.Rules.Select(rule => new string(' ', digits) + Sign(rule.Answer.State))));
        }

        session.Output.WriteLine();
        foreach (IGrouping<(int Column, string What), string> group in images.SelectMany(Tell).GroupBy(item => item.Key, item => item.Name)
            .OrderBy(group => group.Key.Column))
            session.Output.WriteLine($"{Number(group.Key.Column)} {SafeText.Line(group.Key.What)}: {NamesOf([.. group])}");
        session.Output.WriteLine($"{Sizes.Count(images.Count, "image")}: {Count(RuleState.Kept)} keep all rules, "
            + $"{Count(RuleState.Broken)} break one, of {Count(RuleState.Unknown)} it is not known");

        string Number(int column) => (column + 1).ToString(CultureInfo.InvariantCulture).PadLeft(digits);

        int Count(RuleState state) => images.Count(image => image.State == state);
    }

    private static IEnumerable<((int Column, string What) Key, string Name)> Tell(ImageCompliance image) =>
        image.Rules.SelectMany((rule, i) =>
        rule.Answer.State == RuleState.Unknown ? [((i, $"not known: {rule.Answer.Reason}"), image.Name)]
            : rule.Answer.Findings.Select(finding => ((i, Describe(finding)), image.Name)));

    private string Sign(RuleState state) => state switch
    {
        RuleState.Kept => session.Palette.Green("."),
        RuleState.Broken => session.Palette.Red("x"),
        _ => session.Palette.Yellow("?"),
    };
}
