namespace Mig.Nbd.Serving;

/// <summary>What a handshake comes to.</summary>
/// <param name="Stream">The line, which TLS may have been put over.</param>
/// <param name="Export">The disk; whoever takes this disposes it.</param>
/// <param name="IsStructured">Whether replies are structured.</param>
/// <param name="HasAllocation">Whether the client may ask what is stored.</param>
internal sealed record ChosenDisk(Stream Stream, NbdExport Export, bool IsStructured, bool HasAllocation);
