using System.Security.Cryptography;
using Mig.Core;

namespace Mig.Edits.Remediation;

/// <summary>How the logs of refs tell of a step: <c>remediate: web (100 branches, step 3f2a9c01de)</c>.</summary>
internal static class RemediationStep
{
    private const int Digits = 10;
    private const string Begin = "remediate: ", Mark = ", step ", End = ")";

    public static string IdOf(IEnumerable<CommitId> made)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (CommitId id in made)
            hash.AppendData(id.Value.ToArray());
        return ObjectId.Finish(hash).ToShortString(Digits);
    }

    public static string Describe(string baselines, int branches, string step) =>
        $"{Begin}{baselines} ({branches} {(branches == 1 ? "branch" : "branches")}{Mark}{step}{End}";

    public static string DescribeUndo(string step) => $"undo remediate: step {step}";

    /// <summary>Returns the step that an entry of a log tells of; null when it tells of none.</summary>
    public static string? Find(string reason)
    {
        int mark = reason.LastIndexOf(Mark, StringComparison.Ordinal);
        return reason.StartsWith(Begin, StringComparison.Ordinal) && mark >= 0 && reason.EndsWith(End, StringComparison.Ordinal)
            ? reason[(mark + Mark.Length)..^End.Length] : null;
    }
}
