using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mig.Core;

/// <summary>UTF-8 that refuses what it cannot give back byte for byte.</summary>
public static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        text = System.Text.Unicode.Utf8.IsValid(bytes) ? Strict.GetString(bytes) : null;
        return text is not null;
    }

    /// <exception cref="UsageException">The text holds half a surrogate pair, which no UTF-8 can express.</exception>
    public static byte[] Encode(string text, string what)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new UsageException($"{what} is not valid Unicode text");
        }
    }

    public static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    /// <summary>Cuts bytes of unknown origin down to something that can stand in a message on a terminal.</summary>
    public static string Quote(ReadOnlySpan<byte> bytes, int most = 60)
    {
        var text = new StringBuilder("'");
        foreach (byte b in bytes[..Math.Min(bytes.Length, most)])
        {
            if (b is >= 0x20 and < 0x7F)
                _ = text.Append((char)b);
            else
                _ = text.Append("\\x").Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.Append(bytes.Length > most ? "…'" : "'").ToString();
    }
}
