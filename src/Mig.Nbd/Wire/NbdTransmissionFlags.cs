namespace Mig.Nbd.Wire;

/// <summary>What can be done with a disk (NBD protocol, "Transmission flags").</summary>
[Flags]
internal enum NbdTransmissionFlags : ushort
{
    None = 0,
    HasFlags = 1,
    ReadOnly = 1 << 1,
    Flush = 1 << 2,
    Fua = 1 << 3,
    Trim = 1 << 5,
    WriteZeroes = 1 << 6,
    DontFragment = 1 << 7,
    MultiConn = 1 << 8,
    Cache = 1 << 10,
    FastZero = 1 << 11,
}
