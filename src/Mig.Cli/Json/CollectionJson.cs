using Mig.Care.Maintenance;

namespace Mig.Cli.Json;

/// <summary>What a garbage collection did.</summary>
internal sealed record CollectionJson(
    bool IsDryRun,
    bool IsComplete,
    long LiveObjects,
    long KeptObjects,
    long GarbageObjects,
    int ForgottenMoves,
    int PacksBefore,
    int PacksAfter,
    int RewrittenPacks,
    int RepackedPacks,
    long LeftBytes,
    long BytesBefore,
    long BytesAfter)
{
    public static CollectionJson Of(CollectionReport report, bool isDryRun) => new(
        isDryRun,
        report.Blocker is null && report.LeftBytes == 0,
        report.LiveObjects,
        report.KeptObjects,
        report.GarbageObjects,
        report.ForgottenMoves,
        report.PacksBefore,
        report.PacksAfter,
        report.RewrittenPacks,
        report.RepackedPacks,
        report.LeftBytes,
        report.BytesBefore,
        report.BytesAfter);
}
