namespace Mig.Core;

/// <summary>Finds zeros, fast: the first thing that is asked of any bytes read from a disk.</summary>
public static class ZeroBytes
{
    /// <summary>Tells whether all bytes are zero.</summary>
    public static bool IsZero(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept((byte)0);

    /// <summary>Returns how many bytes at the start are zero.</summary>
    public static int CountLeading(ReadOnlySpan<byte> bytes)
    {
        int index = bytes.IndexOfAnyExcept((byte)0);
        return index < 0 ? bytes.Length : index;
    }

    /// <summary>Returns how many bytes at the end are zero.</summary>
    public static int CountTrailing(ReadOnlySpan<byte> bytes) => bytes.Length - 1 - bytes.LastIndexOfAnyExcept((byte)0);
}
