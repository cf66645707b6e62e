using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Images.Browse;
using Mig.Machines.Coverage;

namespace Mig.Cli.CommandLines;

/// <summary>The one place that says what an answer about versions does not rest on, and how the program ends because of it.</summary>
internal static class AnswerEnd
{
    /// <summary>Warns of each version that was left out, and of what was not seen of the others.</summary>
    /// <param name="isFound">Whether the answer says something that stays true however much was not seen.</param>
    /// <param name="nothing">The exit code when nothing was found although all was seen.</param>
    /// <returns>The exit code.</returns>
    public static int Say(AnswerCoverage coverage, Session session, bool isFound, int nothing = ExitCode.NotFound)
    {
        foreach (UnseenVersions unseen in coverage.Unseen)
        {
            string more = unseen.Versions.Count > 1 ? $" and {Sizes.Count(unseen.Versions.Count - 1, "version")} more" : "";
            foreach (string warning in unseen.Coverage.Warnings)
                session.Warn($"{unseen.Versions[0].Names[0]}{more}: {warning}");
        }

        return !coverage.IsWhole ? ExitCode.CorruptStore : isFound ? ExitCode.Success : coverage.IsComplete ? nothing : ExitCode.Incomplete;
    }
}
