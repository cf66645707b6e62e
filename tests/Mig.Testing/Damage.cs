namespace Mig.Testing;

/// <summary>Ways to damage bytes that tests share.</summary>
public static class Damage
{
    /// <summary>Returns a copy with one bit flipped.</summary>
    public static byte[] FlipBit(ReadOnlySpan<byte> bytes, long bit)
    {
        byte[] copy = bytes.ToArray();
        copy[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        return copy;
    }

    /// <summary>Flips one bit of a file; doing so again undoes it.</summary>
    public static void FlipBitInFile(string path, long bit)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = bit / 8;
        int value = file.ReadByte();
        file.Position = bit / 8;
        file.WriteByte((byte)(value ^ (1 << (int)(bit % 8))));
    }
}
