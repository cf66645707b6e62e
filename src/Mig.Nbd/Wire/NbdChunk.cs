namespace Mig.Nbd.Wire;

/// <summary>The parts of a structured reply (NBD protocol, "Structured reply types").</summary>
internal enum NbdChunk : ushort
{
    None = 0,
    OffsetData = 1,
    OffsetHole = 2,
    BlockStatus = 5,
    Error = (1 << 15) + 1,
}
