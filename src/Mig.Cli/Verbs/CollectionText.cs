using Mig.Care.Maintenance;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;

namespace Mig.Cli.Verbs;

/// <summary>Says what a collection did, as text or JSON.</summary>
internal static class CollectionText
{
    public static void Write(CollectionReport report, bool isDryRun, Session session)
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
