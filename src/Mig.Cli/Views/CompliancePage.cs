using System.Net;
using System.Text;
using Mig.Cli.Terminals;
using Mig.Images.Compliance;
using Mig.Machines.Baselines;

namespace Mig.Cli.Views;

/// <summary>
/// Writes the matrix as a page of HTML that needs nothing else: no script, and nothing that images say is taken for anything but text.
/// </summary>
internal static class CompliancePage
{
    private const string Head =
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Compliance</title>
        <style>
        body { font: 14px sans-serif; margin: 2em } table { border-collapse: collapse } th, td { border: 1px solid #ccc; padding: 2px 8px }
        th { text-align: left; font-weight: normal } .kept { background: #dfd } .broken { background: #fdd } .unknown { background: #ffd }
        </style></head><body>
        """;

    public static string Write(IReadOnlyList<ImageCompliance> images)
    {
        var page = new StringBuilder(Head);
        page.Append($"\n<p>{images.Count} images: {Count(RuleState.Kept)} keep all rules, {Count(RuleState.Broken)} break one, "
            + $"of {Count(RuleState.Unknown)} it is not known.</p>\n<ol>\n");
        foreach (RuleResult column in images.Count > 0 ? images[0].Rules : [])
            page.Append($"<li>{Text(column.Rule.Text)} ({Text(column.Baseline.Name)})</li>\n");
        page.Append("</ol>\n<table><tr><th>image</th>");
        for (int i = 1; i <= (images.Count > 0 ? images[0].Rules.Count : 0); i++)
            page.Append($"<th>{i}</th>");
        page.Append("</tr>\n");
        foreach (ImageCompliance image in images)
        {
            page.Append($"<tr><th>{Text(image.Name)}</th>");
            foreach (RuleResult rule in image.Rules)
            {
                string state = rule.Answer.State.ToString().ToLowerInvariant();
                page.Append($"<td class=\"{state}\">{(rule.Answer.State == RuleState.Kept ? "kept" : Text(Describe(rule)))}</td>");
            }

            page.Append("</tr>\n");
        }

        return page.Append("</table></body></html>\n").ToString();

        int Count(RuleState state) => images.Count(image => image.State == state);
    }

    private static string Describe(RuleResult rule) => rule.Answer.State == RuleState.Unknown ? $"not known: {rule.Answer.Reason}"
        : string.Join("; ", rule.Answer.Findings.Select(ComplianceView.Describe));

    private static string Text(string text) => WebUtility.HtmlEncode(SafeText.Line(text));
}
