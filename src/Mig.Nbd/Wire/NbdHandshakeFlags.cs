namespace Mig.Nbd.Wire;

/// <summary>What both sides say first; the client may repeat what the server said, and nothing else.</summary>
[Flags]
internal enum NbdHandshakeFlags : ushort
{
    None = 0,
    FixedNewstyle = 1,
    NoZeroes = 2,
}
