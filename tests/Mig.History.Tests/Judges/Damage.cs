namespace Mig.History.Tests.Judges;

/// <summary>All ways to cut bytes short or to flip one bit of them.</summary>
internal static class Damage
{
    public static IEnumerable<byte[]> Of(byte[] bytes)
    {
        for (int length = 0; length < bytes.Length; length++)
            yield return bytes[..length];
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] copy = [.. bytes];
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return copy;
        }
    }
}
