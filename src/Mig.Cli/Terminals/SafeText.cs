using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mig.Cli.Terminals;

/// <summary>Makes what comes out of images and repositories harmless to a terminal and to line-oriented programs.</summary>
internal static class SafeText
{
    /// <summary>
    /// Quotes a name as Git does when it holds more than plain text: <c>"a\nb\377"</c>. Text in valid UTF-8 stays readable.
    /// </summary>
    public static string Name(ReadOnlySpan<byte> name)
    {
        var quoted = new StringBuilder(name.Length + 2);
        bool needsQuotes = false;
        ReadOnlySpan<byte> rest = name;
        while (!rest.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(rest, out Rune rune, out int length);
            if (status != OperationStatus.Done || IsUnsafe(rune))
            {
                foreach (byte b in rest[..length])
                    AppendEscaped(quoted, b);
                needsQuotes = true;
            }
            else if (rune.Value is '"' or '\\')
            {
                quoted.Append('\\').Append((char)rune.Value);
                needsQuotes = true;
            }
            else
            {
                quoted.Append(rune.ToString());
            }

            rest = rest[length..];
        }

        return needsQuotes ? $"\"{quoted}\"" : quoted.ToString();
    }

    /// <inheritdoc cref="Name(ReadOnlySpan{byte})"/>
    public static string Name(string name) => Name(Encoding.UTF8.GetBytes(name));

    /// <summary>Escapes what is unsafe in running text; line breaks and tabs stay, and nothing is quoted.</summary>
    public static string Text(string text)
    {
        bool isSafe = true;
        foreach (char c in text)
            isSafe &= c is (>= ' ' and < '\x7f') or '\n' or '\t';
        if (isSafe)
            return text;
        var safe = new StringBuilder(text.Length);
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || !IsUnsafe(rune))
            {
                safe.Append(rune.ToString());
                continue;
            }

            foreach (byte b in bytes[..rune.EncodeToUtf8(bytes)])
                AppendEscaped(safe, b);
        }

        return safe.ToString();
    }

    /// <summary>As <see cref="Text"/>, on one line.</summary>
    public static string Line(string text) =>
        Text(text).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", " ", StringComparison.Ordinal);

    // Control characters, and those that reorder or hide what stands around them.
    private static bool IsUnsafe(Rune rune) => rune.Value is < 0x20 or (>= 0x7F and < 0xA0) or 0x2028 or 0x2029
        || (rune.Value > 0x7F && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned);

    private static void AppendEscaped(StringBuilder text, byte b)
    {
        string? letter = b switch
        {
            7 => "\\a",
            8 => "\\b",
            9 => "\\t",
            10 => "\\n",
            11 => "\\v",
            12 => "\\f",
            13 => "\\r",
            _ => null,
        };
        if (letter is not null)
            text.Append(letter);
        else
            text.Append('\\').Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7)));
    }
}
