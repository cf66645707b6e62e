using Mig.Core;
using Mig.History.Images;
using Mig.Images.Compliance;
using Mig.Images.Verification;
using Mig.Machines.Baselines;
using Mig.Machines.Verification;

namespace Mig.Edits.Remediation;

/// <summary>Looks at new images before branches move to them: rules, and the files that packages record. For one thread.</summary>
internal sealed class RemediationCheck(Repository repository, RemediationRequest request)
{
    private readonly ComplianceReader _rules = new(repository, request.Baselines, request.Feeds);
    private readonly PackageVerifier _packages = new(repository);
    private readonly AddedRecords _added = new(repository);

    /// <summary>Notes what it finds in the work.</summary>
    public void Run(RemediationWork work, CancellationToken cancellation)
    {
        string name = work.Targets[0].Branch.ShortName;
        ImageId made = work.Made!.Value;
        work.After = _rules.Read(name, null, made, cancellation).Rules;
        foreach ((RuleResult before, RuleResult after) in work.Before.Zip(work.After))
        {
            // What was not seen may hide more of what was removed: then the rule is open, and nothing speaks against the image.
            if (after.Answer.State == RuleState.Broken && work.Plan.Promised.Contains(before)
                || after.Answer.State != RuleState.Kept && before.Answer.State == RuleState.Kept)
            {
                work.Failure = $"{after.Rule.Text} is {(before.Answer.State == RuleState.Kept ? "no longer" : "still not")} kept"
                    + (after.Answer.Findings is [var first, ..] ? $" ({first.Subject} {first.Actual})" : "");
                return;
            }
        }

        IReadOnlySet<string>? records = _added.Find(repository.Objects.ReadImage(work.Image), repository.Objects.ReadImage(made),
            path => IsTouched(work, path));
        List<FileFinding> findings =
            [.. Find(made, name, records, cancellation).Where(finding => !finding.IsConfiguration && !IsTouched(work, finding.Path))];
        if (findings.Count == 0)
            return;
        HashSet<(FindingKind, string)> known = [.. Find(work.Image, name, null, cancellation).Select(finding => (finding.Kind,
            finding.Path))];
        if (findings.Find(finding => !known.Contains((finding.Kind, finding.Path))) is { } bad)
            work.Failure = $"/{bad.Path} is not as {bad.Package} recorded it ({bad.Kind.ToString().ToLowerInvariant()})";
    }

    private IReadOnlyList<FileFinding> Find(ImageId id, string name, IReadOnlySet<string>? records, CancellationToken cancellation)
    {
        MachineImage image = repository.Objects.ReadImage(id);
        try
        {
            return _packages.Verify(image, null, name, wantsExtra: false, records, cancellation).Findings;
        }
        catch (NotFoundException)
        {
            return []; // It has no packages.
        }
    }

    private static bool IsTouched(RemediationWork work, string path) => work.Plan.Touched.Exists(touched =>
        path == touched || path.StartsWith(touched + "/", StringComparison.Ordinal));
}
