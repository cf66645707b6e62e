using System.Text;
using Mig.Core;

namespace Mig.History.Commits;

/// <summary>Reads the text of a commit or tag, line by line, accepting only what <see cref="PayloadWriter"/> writes.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload, string code, string what)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private readonly string _code = code;
    private readonly string _what = what;
    private int _position;

    /// <summary>Tells whether the next line is a header of this key.</summary>
    public readonly bool NextIs(string key)
    {
        ReadOnlySpan<byte> rest = _payload[_position..];
        return rest.Length > key.Length && rest[key.Length] == ' ' && Ascii.Equals(rest[..key.Length], key);
    }

    /// <summary>Reads one line <c>key value</c>.</summary>
    public string ReadLine(string key)
    {
        int start = _position;
        if (!NextIs(key))
            throw Corrupt(start, $"a line '{key} …'");
        ReadOnlySpan<byte> value = NextLine(key)[(key.Length + 1)..];
        return Utf8Text.TryDecode(value, out string? text) && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : throw Corrupt(start, $"UTF-8 after '{key}'");
    }

    public ObjectId ReadId(string key)
    {
        int start = _position;
        string hex = ReadLine(key);

        // Upper-case digits would come out as lower-case ones, under another id.
        return ObjectId.TryParse(hex, out ObjectId id) && !hex.AsSpan().ContainsAnyInRange('A', 'F')
            ? id
            : throw Corrupt(start, $"'{key}' and 64 lower-case hexadecimal digits");
    }

    public Signature ReadSignature(string key)
    {
        int start = _position;
        return Signature.TryParse(ReadLine(key), out Signature? signature)
            ? signature
            : throw Corrupt(start, $"'{key} Name <email> seconds +hhmm'");
    }

    /// <summary>Reads the headers that mig does not know, up to and including the empty line.</summary>
    public List<HeaderLine> ReadHeaders()
    {
        var headers = new List<HeaderLine>();
        while (_position < _payload.Length && _payload[_position] != '\n')
        {
            int start = _position;
            ReadOnlySpan<byte> line = NextLine("header");
            int space = line.IndexOf((byte)' ');
            if (space < 1 || !PayloadWriter.IsFreeKey(Encoding.Latin1.GetString(line[..space])))
                throw Corrupt(start, "an empty line, or a header that may stand here");
            var value = new List<byte>(line[(space + 1)..].ToArray());
            while (_position < _payload.Length && _payload[_position] == ' ')
            {
                value.Add((byte)'\n');
                value.AddRange(NextLine("continuation")[1..]);
            }

            if (!Utf8Text.TryDecode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(value), out string? text)
                || text.Contains('\0', StringComparison.Ordinal))
                throw Corrupt(start, "UTF-8 in this header");
            headers.Add(new HeaderLine(Encoding.Latin1.GetString(line[..space]), text));
        }

        if (_position == _payload.Length)
            throw Corrupt(_position, "an empty line before the message");
        _position++;
        return headers;
    }

    /// <summary>Reads the rest.</summary>
    public string ReadMessage()
    {
        ReadOnlySpan<byte> rest = _payload[_position..];
        if (!Utf8Text.TryDecode(rest, out string? text) || !PayloadWriter.IsMessage(text))
            throw Corrupt(_position, "a message in UTF-8, without NUL, empty or with a line break at its end");
        _position = _payload.Length;
        return text;
    }

    public readonly CorruptStoreException Corrupt(int offset, string needed)
    {
        ReadOnlySpan<byte> rest = _payload[offset..];
        int end = rest.IndexOf((byte)'\n');
        string found = rest.IsEmpty ? "the end" : Utf8Text.Quote(end < 0 ? rest : rest[..end]);
        return new CorruptStoreException(_code, $"{_what} at byte {offset}: found {found}, needed {needed}; run 'mig fsck'");
    }

    private ReadOnlySpan<byte> NextLine(string needed)
    {
        ReadOnlySpan<byte> rest = _payload[_position..];
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
            throw Corrupt(_position, $"a line break at the end of '{needed}'");
        _position += length + 1;
        return rest[..length];
    }
}
