using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Edits.Remediation;

namespace Mig.Cli.Views;

/// <summary>Prints what was done to images, those to which the same was done together, and what was not.</summary>
internal sealed class RemediationView(Session session)
{
    public void Write(RemediationResult result, bool isDryRun)
    {
        foreach (IGrouping<string, RemediatedImage> group in result.Images.GroupBy(Describe))
        {
            session.Output.WriteLine(session.Palette.Bold(ComplianceView.NamesOf([.. group.Select(image => image.Branch.ShortName)])));
            session.Output.Write(group.Key);
        }

        foreach (RemediatedImage image in result.Images.Where(image => image.Failure is not null))
            session.Warn($"{image.Branch.ShortName} stays as it was: {image.Failure}");
        int moved = result.Images.Count(image => image.After is not null), planned = result.Images.Count(image => image.Steps.Count > 0);
        session.Output.WriteLine(isDryRun ? $"Would change {planned} of {Sizes.Count(result.Images.Count, "branch", "branches")}"
            : $"{moved} of {Sizes.Count(result.Images.Count, "branch", "branches")} moved, to {Sizes.Count(result.Made, "new image")}"
                + (result.Step is { } step ? $"; 'mig remediate --undo {step}' takes that back" : ""));
    }

    private static string Describe(RemediatedImage image)
    {
        string steps = string.Concat(image.Steps.Select(step => $"  {SafeText.Line(step)}\n"));
        string open = string.Concat(image.Open.Where(open => open.Reason.Length > 0)
            .Select(open => $"  left: {SafeText.Line(open.Result.Rule.Text)}: {SafeText.Line(open.Reason)}\n"));
        return image is { Steps.Count: 0, Open.Count: 0 } ? "  keeps all rules\n" : steps + open
            + (image.Failure is { } failure ? $"  put back: {SafeText.Line(failure)}\n" : "");
    }
}
