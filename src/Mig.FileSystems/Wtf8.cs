namespace Mig.FileSystems;

/// <summary>
/// Turns UTF-16 into bytes and back: UTF-8, and surrogates that stand alone in its three-byte form (WTF-8), so that no two names become
/// one.
/// </summary>
internal static class Wtf8
{
    private const int MaxRune = 0x10FFFF;

    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[3 * text.Length];
        int at = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int rune = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                rune = char.ConvertToUtf32(text[i], text[++i]);
            int rest = rune < 0x80 ? 0 : rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
            bytes[at++] = (byte)(rest == 0 ? rune : (0xFF00 >> (rest + 1) & 0xFF) | rune >> (6 * rest));
            while (--rest >= 0)
                bytes[at++] = (byte)(0x80 | (rune >> (6 * rest) & 0x3F));
        }

        return bytes[..at];
    }

    /// <returns>Null when the bytes are no text that <see cref="Encode"/> makes.</returns>
    public static string? Decode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[bytes.Length];
        int length = 0;
        for (int i = 0; i < bytes.Length;)
        {
            int lead = bytes[i++];
            int rest = lead < 0x80 ? 0 : lead < 0xC0 ? -1 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF8 ? 3 : -1;
            if (rest < 0 || i + rest > bytes.Length)
                return null;
            int rune = rest == 0 ? lead : lead & (0x3F >> rest);
            for (int end = i + rest; i < end; i++)
            {
                if ((bytes[i] & 0xC0) != 0x80)
                    return null;
                rune = rune << 6 | (bytes[i] & 0x3F);
            }

            if (rune > MaxRune)
                return null;
            if (rune > char.MaxValue)
                text[length++] = (char)(0xD7C0 + (rune >> 10));
            text[length++] = (char)(rune > char.MaxValue ? 0xDC00 | (rune & 0x3FF) : rune);
        }

        // What is overlong, or a pair that should have been one character, would come back otherwise.
        return Encode(text.AsSpan(0, length)).AsSpan().SequenceEqual(bytes) ? new string(text, 0, length) : null;
    }
}
