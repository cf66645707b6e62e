using Mig.Care.Maintenance;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;

namespace Mig.Cli.Verbs;

/// <summary>Runs a collection and says what it did, as text or JSON.</summary>
internal static class CollectionText
{
    /// <summary>Collects, and says it.</summary>
    public static void Run(CollectionOptions options, Session session)
    {
        using ProgressBar? progress = session.ShowProgress();
        options = options with { Progress = progress ?? (IProgressSink)NoProgress.Instance };
        CollectionReport report = new GarbageCollection(session.Repository, options).Run(session.Cancellation);
        progress?.Dispose();
        Write(report, options.DryRun, session);
    }

    private static void Write(CollectionReport report, bool isDryRun, Session session)
    {
        if (session.IsJson)
        {
            session.WriteJson(CollectionJson.Of(report, isDryRun), MigJson.Default.CollectionJson);
            return;
        }

        session.Output.WriteLine($"{Sizes.Count(report.LiveObjects, "object is", "objects are")} in use, {report.GarbageObjects} may go"
            + (report.KeptObjects > 0 ? $", {report.KeptObjects} may not yet: they are too young, see --prune." : "."));
        if (report.ForgottenMoves > 0)
            session.Output.WriteLine($"{Sizes.Count(report.ForgottenMoves, "move", "moves")} of refs forgotten.");
        if (report.RepackedPacks > 0)
            session.Output.WriteLine($"{(isDryRun ? "Would compress" : "Compressed")} {Sizes.Count(report.RepackedPacks, "pack")} anew"
                + (report.LeftBytes > 0 ? ", in part: time was over; run it again to go on." : "."));
        session.Output.WriteLine(
            $"{(isDryRun ? "Would go" : "Went")} from {Sizes.Count(report.PacksBefore, "pack")} of {Sizes.Bytes(report.BytesBefore)} to "
            + $"{(isDryRun ? "about " : "")}{Sizes.Bytes(report.BytesAfter)}"
            + $"{(isDryRun ? "" : $" in {Sizes.Count(report.PacksAfter, "pack")}")}.");
        if (report.Blocker is { } blocker)
            session.Warn($"old packs are still there, since {blocker}; run 'mig gc' again when that is over");
    }
}
