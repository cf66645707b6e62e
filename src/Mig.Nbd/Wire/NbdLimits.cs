namespace Mig.Nbd.Wire;

/// <summary>The sizes that the protocol names, and those that the server tells its clients.</summary>
internal static class NbdLimits
{
    /// <summary>Bytes of a name or another text ("Conventions").</summary>
    public const int MaxText = 4096;

    /// <summary>Most bytes of a read or a write: what a client may take for granted ("Size constraints").</summary>
    public const int MaxPayload = 32 << 20;

    /// <summary>What reads and writes are best made of.</summary>
    public const int PreferredBlock = 4096;

    /// <summary>Most bytes of an option that is looked at.</summary>
    public const int MaxOption = 64 << 10;

    /// <summary>An option that is longer is not even skipped.</summary>
    public const int MaxSkippedOption = 1 << 20;

    /// <summary>Large reads and writes are worked on in pieces of so many bytes.</summary>
    public const int Piece = 256 << 10;

    /// <summary>Most extents of one answer about what is stored; a client asks on.</summary>
    public const int MaxExtents = 8192;
}
