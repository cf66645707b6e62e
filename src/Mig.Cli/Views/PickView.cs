using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Versions.Merging;

namespace Mig.Cli.Views;

/// <summary>Picks versions and prints what became of them: what <c>cherry-pick</c> and <c>revert</c> have in common.</summary>
internal static class PickView
{
    /// <returns>The exit code.</returns>
    public static int Run(PickRequest request, AgainCommand again, Session session)
    {
        PickOutcome outcome;
        using (ProgressBar? progress = session.ShowProgress())
            outcome = new VersionPicker(session.Repository)
                .Pick(request with { Progress = progress ?? request.Progress }, session.Cancellation);
        int exit = outcome.Conflict is null ? ExitCode.Success : ExitCode.Conflict;
        if (session.IsJson)
        {
            session.WriteJson(outcome.Versions.Select(version => PickedJson.Of(version, again)), MigJson.Default.PickedJson);
            return exit;
        }

        foreach (PickedVersion version in outcome.Versions)
            Write(version, outcome, request, again, session);
        return exit;
    }

    private static void Write(PickedVersion version, PickOutcome outcome, PickRequest request, AgainCommand again, Session session)
    {
        MergeView.WriteNotes(version.Plan.Notes, session);
        if (version.Plan.HasConflicts)
        {
            MergeView.WriteConflicts(version.Plan, again, session);
            string verb = request.Reverts ? "revert" : "apply";
            session.Output.WriteLine(
                $"Could not {verb} {CommitView.ShortId(version.Source.Value)}... {SafeText.Text(version.Commit.Subject)}; nothing has "
                + "changed.");
            session.Output.WriteLine("Take sides with '--ours PATH' and '--theirs PATH', or everywhere with '-X ours' or '-X theirs'.");
        }
        else if (session.IsQuiet)
        {
            return;
        }
        else if (version.Id is null)
        {
            session.Output.WriteLine($"{CommitView.ShortId(version.Source.Value)} leaves nothing to do here.");
        }
        else
        {
            string place = outcome.Branch?.ShortName ?? "detached HEAD";
            session.Output.WriteLine(
                $"[{SafeText.Text(place)} {(request.DryRun ? "not done" : CommitView.ShortId(version.Id.Value.Value))}] "
                + $"{SafeText.Text(version.Commit.Subject)}");
            MergeView.WriteOperations(version.Plan, session);
        }
    }
}
