using Mig.Core;

namespace Mig.Edits.Changes;

/// <summary>
/// Takes a line apart as a POSIX shell does ("Token Recognition", "Quoting"), without its expansions: words, quotes, backslashes, comments,
/// a here-document's mark.
/// </summary>
internal static class WordSplitter
{
    /// <summary>Returns the words of a line.</summary>
    /// <param name="delimiter">The line that ends the here-document which follows; null when none does.</param>
    public static List<byte[]> Split(ReadOnlySpan<byte> line, out byte[]? delimiter)
    {
        var words = new List<byte[]>();
        delimiter = null;
        line = line.TrimEnd((byte)'\r');
        while (true)
        {
            line = line.TrimStart(" \t"u8);
            if (line.IsEmpty || line[0] == (byte)'#')
                return words;
            bool isMark = line.StartsWith("<<"u8);
            if (isMark)
                line = line[2..].TrimStart(" \t"u8);
            byte[] word = TakeWord(ref line);
            if (delimiter is not null)
                throw new UsageException("nothing may stand after the mark of a here-document");
            if (!isMark)
                words.Add(word);
            else if (word.Length == 0)
                throw new UsageException("a word must follow '<<', as in '<<EOF'");
            else
                delimiter = word;
        }
    }

    private static byte[] TakeWord(ref ReadOnlySpan<byte> line)
    {
        using var word = new MemoryStream();
        while (!line.IsEmpty && line[0] is not ((byte)' ' or (byte)'\t'))
        {
            byte b = line[0];
            line = line[1..];
            switch (b)
            {
                case (byte)'\'':
                    int end = line.IndexOf((byte)'\'');
                    if (end < 0)
                        throw new UsageException("a ' has no partner");
                    word.Write(line[..end]);
                    line = line[(end + 1)..];
                    break;
                case (byte)'"':
                    TakeQuoted(ref line, word);
                    break;
                case (byte)'\\':
                    if (line.IsEmpty)
                        throw new UsageException("a \\ ends the line; a change stands on one line");
                    word.WriteByte(line[0]);
                    line = line[1..];
                    break;
                default:
                    word.WriteByte(b);
                    break;
            }
        }

        return word.ToArray();
    }

    // As in printf, \n, \t and \ooo stand for bytes that cannot be typed: a name may hold any.
    private static void TakeQuoted(ref ReadOnlySpan<byte> line, MemoryStream word)
    {
        while (!line.IsEmpty && line[0] != (byte)'"')
        {
            if (line[0] != (byte)'\\' || line.Length == 1)
            {
                word.WriteByte(line[0]);
                line = line[1..];
            }
            else if (line.Length >= 4 && line.Slice(1, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0)
            {
                word.WriteByte((byte)(((line[1] - '0') << 6) | ((line[2] - '0') << 3) | (line[3] - '0')));
                line = line[4..];
            }
            else
            {
                word.WriteByte(line[1] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'t' => (byte)'\t',
                    (byte)'r' => (byte)'\r',
                    var other =>
                    other
                });
                line = line[2..];
            }
        }

        if (line.IsEmpty)
            throw new UsageException("a \" has no partner");
        line = line[1..];
    }
}
