namespace Mig.Transfer.Protocol;

/// <summary>How much goes into a page of refs.</summary>
internal static class RefPage
{
    /// <summary>Most bytes of JSON that a UTF-16 character of a name takes: <c>\u0027</c>.</summary>
    private const int MaxBytesPerCharacter = 6;

    /// <summary>Most bytes of all else that is said of one ref: two ids, the names of the fields.</summary>
    private const int MaxOtherBytes = 256;

    private const int MaxRefs = 4096;

    // A page may hold one more than fits.
    private const int Room = ProtocolLimits.MaxRefsPage / 2;

    /// <summary>Whether a page is full.</summary>
    /// <param name="bytes">Most bytes of what is in it.</param>
    public static bool IsFull(int refs, long bytes) => refs >= MaxRefs || bytes > Room;

    /// <summary>Most bytes that a ref takes.</summary>
    public static int SizeOf(string name) => (MaxBytesPerCharacter * name.Length) + MaxOtherBytes;
}
