using Mig.Machines.Verification;

namespace Mig.Cli.Json;

/// <summary>A file that is not as its package left it.</summary>
internal sealed record FindingJson(string Finding, string Path, string? Package, bool Configuration, string? Expected, string? Actual)
{
    public static FindingJson Of(FileFinding finding) => new(
        Word(finding.Kind),
        "/" + finding.Path,
        Known(finding.Package),
        finding.IsConfiguration,
        Known(finding.Expected),
        Known(finding.Actual));

    /// <summary>What is wrong, in one word.</summary>
    public static string Word(FindingKind kind) => kind switch
    {
        FindingKind.Missing => "missing",
        FindingKind.Changed => "changed",
        FindingKind.Mode => "mode",
        _ => "extra",
    };

    private static string? Known(string text) => text.Length == 0 ? null : text;
}
