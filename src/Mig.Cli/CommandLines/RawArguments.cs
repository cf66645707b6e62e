using System.Buffers;
using System.Text;

namespace Mig.Cli.CommandLines;

/// <summary>
/// Gives arguments back the bytes that are not UTF-8, which .NET replaces: a path in an image may hold any. Each such byte becomes half a
/// surrogate pair (U+DC80..U+DCFF), as in Python's "surrogateescape", which no text from elsewhere holds.
/// </summary>
internal static class RawArguments
{
    private const char Replacement = '\uFFFD';
    private const int EscapeBase = 0xDC00;

    /// <summary>Returns the arguments with nothing lost.</summary>
    public static string[] Restore(string[] arguments)
    {
        if (!Array.Exists(arguments, argument => argument.Contains(Replacement, StringComparison.Ordinal)) || !OperatingSystem.IsLinux())
            return arguments;
        byte[] commandLine = File.ReadAllBytes("/proc/self/cmdline");
        var raw = new List<byte[]>();
        for (int start = 0; start < commandLine.Length;)
        {
            int length = commandLine.AsSpan(start).IndexOf((byte)0);
            length = length < 0 ? commandLine.Length - start : length;
            raw.Add(commandLine.AsSpan(start, length).ToArray());
            start += length + 1;
        }

        // The program's own name, and those of its host, stand first.
        return raw.Count < arguments.Length ? arguments : [.. raw.TakeLast(arguments.Length).Select(bytes => Decode(bytes))];
    }

    /// <summary>Turns bytes into text without loss.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            bool isValid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done;
            if (isValid)
                text.Append(rune.ToString());
            else
                foreach (byte b in bytes[..length])
                    text.Append((char)(EscapeBase + b));
            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>Turns text from <see cref="Decode"/> back into bytes.</summary>
    public static byte[] Encode(string text)
    {
        using var bytes = new MemoryStream();
        Span<byte> buffer = stackalloc byte[4];
        for (int i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                bytes.Write(buffer[..rune.EncodeToUtf8(buffer)]);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                bytes.WriteByte((byte)text[i]);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Tells whether a text holds bytes that are not UTF-8.</summary>
    public static bool HasRawBytes(string text) =>
        text.AsSpan().ContainsAnyInRange('\uDC80', '\uDCFF') && text.EnumerateRunes().Any(rune => rune.Value == Replacement);
}
