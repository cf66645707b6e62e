namespace Mig.FileSystems.Ntfs;

/// <summary>Turns NTFS's UTF-16 into bytes: UTF-8, and surrogates that stand alone in its three-byte form (WTF-8), so that no two names become one.</summary>
internal static class Wtf8
{
    public static byte[] Encode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[3 * text.Length];
        int at = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int rune = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                rune = char.ConvertToUtf32(text[i], text[++i]);
                bytes[at++] = (byte)(0xF0 | (rune >> 18));
                bytes[at++] = (byte)(0x80 | ((rune >> 12) & 0x3F));
                bytes[at++] = (byte)(0x80 | ((rune >> 6) & 0x3F));
                bytes[at++] = (byte)(0x80 | (rune & 0x3F));
            }
            else if (rune < 0x80)
            {
                bytes[at++] = (byte)rune;
            }
            else
            {
                if (rune < 0x800)
                {
                    bytes[at++] = (byte)(0xC0 | (rune >> 6));
                }
                else
                {
                    bytes[at++] = (byte)(0xE0 | (rune >> 12));
                    bytes[at++] = (byte)(0x80 | ((rune >> 6) & 0x3F));
                }

                bytes[at++] = (byte)(0x80 | (rune & 0x3F));
            }
        }

        return bytes[..at];
    }
}
