using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;

namespace Mig.Git.Names;

/// <summary>
/// Names of files as names in Git, and back. What Git forbids, what other systems could not check out, what is not UTF-8, and what would
/// not be seen, is written as <c>%</c> and two hexadecimal
/// digits for each byte: <c>.git</c> becomes <c>%2Egit</c>. A name that would be longer than 200 bytes is cut, and ends with <c>%-</c> and
/// the beginning of its SHA-256.
/// </summary>
internal static class GitName
{
    private const int MaxLength = 200;
    private const string CutMark = "%-";
    private const int HashDigits = 16;

    /// <summary>The ending of tables, which no directory's name may have beside them.</summary>
    public const string TableSuffix = ".tsv";

    public static string Escape(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length;)
        {
            if (Rune.DecodeFromUtf8(name[i..], out Rune rune, out int length) != System.Buffers.OperationStatus.Done
                || HiddenCharacters.Contains(rune) || rune.Value is '%' or '\\' or '/')
                AppendBytes(text, name.Slice(i, Math.Max(length, 1)));
            else
                text.Append(rune.ToString());
            i += Math.Max(length, 1);
        }

        string escaped = EscapeMeaning(text.ToString());
        return Encoding.UTF8.GetByteCount(escaped) <= MaxLength ? escaped : Cut(escaped, name);
    }

    /// <summary>The name of a directory beside tables: it does not end as they do.</summary>
    public static string EscapeDirectory(ReadOnlySpan<byte> name)
    {
        string escaped = Escape(name);
        return escaped.EndsWith(TableSuffix, StringComparison.OrdinalIgnoreCase)
            ? escaped[..^TableSuffix.Length] + "%2E" + escaped[^(TableSuffix.Length - 1)..] : escaped;
    }

    /// <summary>Reads an escaped name.</summary>
    /// <returns>False when it is none that <see cref="Escape"/> writes, or was cut.</returns>
    public static bool TryUnescape(string escaped, [NotNullWhen(true)] out byte[]? name)
    {
        name = null;
        if (!Utf8Text.IsWellFormed(escaped))
            return false;
        byte[] bytes = Encoding.UTF8.GetBytes(escaped);
        var plain = new List<byte>(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != (byte)'%')
            {
                plain.Add(bytes[i]);
                continue;
            }

            if (i + 2 >= bytes.Length || !byte.TryParse(bytes.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out byte value))
                return false;
            plain.Add(value);
            i += 2;
        }

        name = [.. plain];
        return name.Length > 0 && Escape(name) == escaped;
    }

    // Git forbids ".git" in all spellings that some file system takes for it; names that begin so mean something to it (.gitmodules,
    // .gitattributes); NTFS calls them "git~1" and "gitmod~1".
    // A leading "@" is a volume.
    private static string EscapeMeaning(string name)
    {
        if (name is "." or "..")
            return name.Replace(".", "%2E", StringComparison.Ordinal);
        if (name.StartsWith(".git", StringComparison.OrdinalIgnoreCase))
            return "%2E" + name[1..];
        if (name.StartsWith("gi", StringComparison.OrdinalIgnoreCase) && name.Contains('~', StringComparison.Ordinal))
            return name.Replace("~", "%7E", StringComparison.Ordinal);
        return name.StartsWith('@') ? "%40" + name[1..] : name;
    }

    private static void AppendBytes(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
            text.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
    }

    private static string Cut(string escaped, ReadOnlySpan<byte> name)
    {
        string end = CutMark + Convert.ToHexStringLower(SHA256.HashData(name))[..HashDigits];
        var kept = new StringBuilder();
        int length = end.Length;
        foreach (Rune rune in escaped.EnumerateRunes())
        {
            length += rune.Utf8SequenceLength;
            if (length > MaxLength)
                break;
            kept.Append(rune.ToString());
        }

        // Not in the middle of an escape.
        int percent = kept.ToString().LastIndexOf('%');
        if (percent >= 0 && percent > kept.Length - 3)
            kept.Length = percent;
        return kept + end;
    }
}
