using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Cli.CommandLines;

/// <summary>Reads <c>REV:PATH</c> with paths of any bytes: as they are, or quoted the way <c>mig ls</c> prints them.</summary>
internal static class PathArgument
{
    /// <summary>Splits the argument; the path is null when there is no colon.</summary>
    public static (string Revision, PathSpec? Path) Parse(string text)
    {
        if (PathSpec.IsWindowsPath(text))
            text = "HEAD:" + text;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string tail = colon < 0 ? "" : text[(colon + 1)..];
        bool isQuoted = tail.Length >= 2 && tail[0] == '"' && tail[^1] == '"';
        if (!isQuoted && !RawArguments.HasRawBytes(text))
            return PathSpec.Split(text);

        // Volume and revision are plain text; only what follows may be anything.
        byte[] path = isQuoted ? Unquote(tail[1..^1]) : RawArguments.Encode(tail);
        string volume = "";
        if (path.AsSpan().StartsWith("@"u8))
        {
            int slash = path.AsSpan().IndexOf((byte)'/');
            slash = slash < 0 ? path.Length : slash;
            volume = RawArguments.Decode(path.AsSpan(0, slash));
            path = path[slash..];
        }

        PathSpec place = PathSpec.Parse(volume);
        return (colon == 0 ? "HEAD" : text[..colon], place with { Path = Normalize(path) });
    }

    private static byte[] Normalize(byte[] path)
    {
        var parts = new List<byte[]>();
        foreach (Range range in path.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = path.AsSpan()[range];
            if (part.SequenceEqual(".."u8) && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (!part.IsEmpty && !part.SequenceEqual("."u8) && !part.SequenceEqual(".."u8))
                parts.Add(part.ToArray());
        }

        using var joined = new MemoryStream();
        foreach (byte[] part in parts)
        {
            if (joined.Length > 0)
                joined.WriteByte((byte)'/');
            joined.Write(part);
        }

        return joined.ToArray();
    }

    private static byte[] Unquote(string text)
    {
        using var bytes = new MemoryStream();
        byte[] quoted = RawArguments.Encode(text);
        for (int i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] != (byte)'\\' || i + 1 == quoted.Length)
            {
                bytes.WriteByte(quoted[i]);
                continue;
            }

            i++;
            int plain = "abtnvfr\"\\".IndexOf((char)quoted[i], StringComparison.Ordinal);
            if (plain >= 0)
            {
                bytes.WriteByte("\a\b\t\n\v\f\r\"\\"u8[plain]);
            }
            else if (i + 2 < quoted.Length && quoted.AsSpan(i, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0)
            {
                bytes.WriteByte((byte)(((quoted[i] - '0') << 6) | ((quoted[i + 1] - '0') << 3) | (quoted[i + 2] - '0')));
                i += 2;
            }
            else
            {
                throw new UsageException($"'\\{(char)quoted[i]}' means nothing in a quoted path; mig ls shows paths as they can be given");
            }
        }

        return bytes.ToArray();
    }
}
