using System.Text;
using Mig.Core;

namespace Mig.History.Commits;

/// <summary>Writes the text of a commit or tag, refusing what <see cref="PayloadReader"/> would not give back.</summary>
internal sealed class PayloadWriter(string what)
{
    private readonly StringBuilder _text = new();

    /// <summary>Tells whether mig leaves a header of this key to others.</summary>
    public static bool IsFreeKey(string key)
    {
        if (key.Length == 0 || !char.IsAsciiLetterLower(key[0]))
            return false;
        foreach (char c in key)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        return key is not ("image" or "parent" or "author" or "committer" or "provenance" or "object" or "type" or "tag" or "tagger");
    }

    public static bool IsMessage(string text) =>
        !text.Contains('\0', StringComparison.Ordinal) && (text.Length == 0 || text[^1] == '\n');

    public void Line(string key, string value)
    {
        if (value.AsSpan().IndexOfAny('\n', '\0') >= 0)
            throw new UsageException($"{what}: '{key}' must be one line");
        _ = _text.Append(key).Append(' ').Append(value).Append('\n');
    }

    public void Headers(IEnumerable<HeaderLine> headers)
    {
        foreach (HeaderLine header in headers)
        {
            if (!IsFreeKey(header.Key))
                throw new UsageException($"{what}: '{header.Key}' cannot be the name of a header");
            if (header.Value.Contains('\0', StringComparison.Ordinal))
                throw new UsageException($"{what}: header '{header.Key}' holds a NUL");
            _ = _text.Append(header.Key).Append(' ').Append(header.Value.Replace("\n", "\n ", StringComparison.Ordinal)).Append('\n');
        }
    }

    public byte[] Finish(string message)
    {
        if (!IsMessage(message))
            throw new UsageException($"{what}: a message must end with a line break and hold no NUL");
        return Utf8Text.Encode(_text.Append('\n').Append(message).ToString(), what);
    }
}
