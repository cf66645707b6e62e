using Mig.Cli.Terminals;
using Mig.Machines.Audits;
using Mig.Machines.Baselines;

namespace Mig.Cli.Views;

/// <summary>Prints what an audit found, version by version.</summary>
/// <param name="hasFeed">Whether vulnerabilities were looked for.</param>
internal sealed class AuditView(TextOutput output, Palette palette, bool hasFeed)
{
    public void Write(AuditedImage image)
    {
        int open = image.Vulnerabilities.Count(finding => finding.IsOpen);
        string commit = image.Commit is { } id ? $" ({id.Value.ToShortString()})" : "";
        string found = hasFeed ? $", {Vulnerabilities(open)}" : "", rules = image.Rules.Count > 0 || !hasFeed
            ? $", {Sizes.Count(image.Rules.Count, "rule")} broken" : "";
        output.WriteLine(palette.Bold($"{SafeText.Line(image.Name)}{commit}: {Sizes.Count(image.Packages, "package")}{found}{rules}"));
        foreach (AuditFinding finding in image.Vulnerabilities)
            Write(finding);
        foreach (RuleFinding rule in image.Rules)
            output.WriteLine($"  {palette.Red(rule.Rule)} {SafeText.Line(rule.Subject)}{Details(rule)}");
    }

    private static string Vulnerabilities(int count) =>
        count == 1 ? "1 vulnerability" : $"{Sizes.Count(count, "", "").TrimEnd()} vulnerabilities";

    private void Write(AuditFinding finding)
    {
        Vulnerability vulnerability = finding.Vulnerability;
        string id = SafeText.Line(vulnerability.Id), severity = vulnerability.Severity.Length > 0
            ? $" [{SafeText.Line(vulnerability.Severity)}]" : "";
        string fix = finding.FixedVersion is { } version ? $", fixed in {SafeText.Line(version)}" : ", no fix known";
        string installed = finding.Installed is [var only] && only == finding.Package ? ""
            : $" ({SafeText.Line(string.Join(", ", finding.Installed))})";
        string history = finding.FixedIn is { } fixing ? $"; gone since {fixing.Value.ToShortString()}" : finding.Since is { } since
            ? $"; here since {since.Value.ToShortString()}" : "";
        output.WriteLine(
            $"  {(finding.IsOpen ? palette.Red(id) : palette.Green(id))}{severity} {SafeText.Line(finding.Package)} "
            + $"{SafeText.Line(finding.Version)}{installed}{fix}{history}");
        if (vulnerability.Summary.Length > 0 && finding.IsOpen)
            output.WriteLine($"      {SafeText.Line(vulnerability.Summary)}");
    }

    private static string Details(RuleFinding rule) => rule switch
    {
        { Expected.Length: > 0, Actual.Length: > 0 } => $": {SafeText.Line(rule.Actual)}, not {SafeText.Line(rule.Expected)}",
        { Expected.Length: > 0 } => $": not {SafeText.Line(rule.Expected)}",
        { Actual.Length: > 0 } => $": {SafeText.Line(rule.Actual)}",
        _ => "",
    };
}
