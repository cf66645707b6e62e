namespace Mig.Care.Maintenance;

/// <summary>What a garbage collection did, or would do.</summary>
/// <param name="LiveObjects">Objects that refs and their logs lead to.</param>
/// <param name="KeptObjects">Objects that nothing leads to, and that are kept since they, or what names them, are too young.</param>
/// <param name="GarbageObjects">Objects that nothing leads to, and that may go; those in packs that are not worth writing anew stay for
/// now.</param>
/// <param name="ForgottenMoves">Moves taken out of the logs of refs.</param>
/// <param name="PacksBefore">Packs at first, those included that no index names.</param>
/// <param name="PacksAfter">Packs now.</param>
/// <param name="RewrittenPacks">Packs whose objects were written into new ones.</param>
/// <param name="RepackedPacks">Packs whose contents were compressed anew, or begun to be.</param>
/// <param name="LeftBytes">Bytes of contents that were to be compressed anew, when time ended before all of it was done; else 0.</param>
/// <param name="BytesBefore">Bytes of packs and indexes at first.</param>
/// <param name="BytesAfter">Bytes now; in a dry run, about.</param>
/// <param name="Blocker">Why old packs are still there, as the end of a sentence; null when they are gone.</param>
public sealed record CollectionReport(
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
    long BytesAfter,
    string? Blocker);
