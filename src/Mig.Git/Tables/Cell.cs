using System.Buffers;
using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Git.Names;

namespace Mig.Git.Tables;

/// <summary>
/// Values in tables of tabs: a tab is <c>\t</c>, a line break <c>\n</c>, a backslash <c>\\</c>; bytes that are not UTF-8, and characters
/// that would not be seen, are <c>\xNN</c> for each byte. A
/// cell without a value is a dash.
/// </summary>
internal static class Cell
{
    public const string None = "-";

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c != '\\')));

    public static string Escape(ReadOnlySpan<byte> value)
    {
        if (Utf8Text.TryDecode(value, out string? plain) && !plain.AsSpan().ContainsAnyExcept(Plain))
            return plain is "" ? None : plain == None ? "\\x2d" : plain;
        var text = new StringBuilder(value.Length);
        while (!value.IsEmpty)
        {
            bool isText = Rune.DecodeFromUtf8(value, out Rune rune, out int length) == OperationStatus.Done;
            Append(text, isText, rune, value[..Math.Max(length, 1)]);
            value = value[Math.Max(length, 1)..];
        }

        return text.ToString();
    }

    public static string Escape(string value) => Escape(Encoding.UTF8.GetBytes(value));

    private static void Append(StringBuilder text, bool isText, Rune rune, ReadOnlySpan<byte> bytes)
    {
        string? name = !isText ? null : rune.Value switch { '\t' => "\\t", '\n' => "\\n", '\r' => "\\r", '\\' => "\\\\", _ => null };
        if (name is not null)
        {
            text.Append(name);
        }
        else if (isText && !HiddenCharacters.Contains(rune))
        {
            text.Append(rune.ToString());
        }
        else
        {
            foreach (byte b in bytes)
                text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
    }
}
