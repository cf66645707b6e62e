namespace Mig.History.Diffs.Text;

/// <summary>Text as lines of bytes.</summary>
public sealed class TextLines
{
    // Git's rule: what has a NUL near its start is binary.
    private const int ProbeLength = 8000;

    private readonly ReadOnlyMemory<byte> _text;
    private readonly List<int> _starts = [];

    public TextLines(ReadOnlyMemory<byte> text)
    {
        _text = text;
        for (int start = 0; start < text.Length;)
        {
            _starts.Add(start);
            int length = text.Span[start..].IndexOf((byte)'\n');
            start = length < 0 ? text.Length : start + length + 1;
        }
    }

    public int Count => _starts.Count;

    /// <summary>Whether the last line has no line break.</summary>
    public bool EndsInsideALine => _text.Length > 0 && _text.Span[^1] != (byte)'\n';

    /// <summary>A line, with its line break.</summary>
    public ReadOnlySpan<byte> this[int line] => _text.Span[_starts[line]..(line + 1 < _starts.Count ? _starts[line + 1] : _text.Length)];

    /// <summary>Tells whether a content is no text, as Git does.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> content) => content[..Math.Min(content.Length, ProbeLength)].Contains((byte)0);
}
