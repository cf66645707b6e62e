using System.Text;

namespace Mig.Images.Grep;

/// <summary>Finds a text as it is, as fast as memory can be read.</summary>
internal sealed class LiteralFinder(byte[] pattern, bool ignoresCase, bool matchesWords) : LineFinder
{
    private readonly byte[] _pattern = ignoresCase ? Fold(pattern) : pattern;
    private byte[] _folded = [];

    public override void Load(ReadOnlySpan<byte> text)
    {
        if (!ignoresCase)
            return;
        if (_folded.Length < text.Length)
            _folded = new byte[Math.Max(text.Length, 1 << 20)];
        Fold(text, _folded);
    }

    public override bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        ReadOnlySpan<byte> searched = ignoresCase ? _folded.AsSpan(0, text.Length) : text;
        for (int at = from; at < text.Length; at++)
        {
            int next = searched[at..].IndexOf(_pattern);
            if (next < 0)
                break;
            at += next;
            if (at < text.Length && (!matchesWords || IsWord(text, at)))
                return FindLine(text, from, at, out start, out end);
        }

        start = end = 0;
        return false;
    }

    private bool IsWord(ReadOnlySpan<byte> text, int at) =>
        (at == 0 || !IsWordByte(text[at - 1])) && (at + _pattern.Length >= text.Length || !IsWordByte(text[at + _pattern.Length]));

    private static bool IsWordByte(byte value) => char.IsAsciiLetterOrDigit((char)value) || value == (byte)'_';

    private static byte[] Fold(byte[] text)
    {
        byte[] folded = new byte[text.Length];
        Fold(text, folded);
        return folded;
    }

    // ASCII letters only: what else a byte may mean depends on an encoding that nobody knows.
    private static void Fold(ReadOnlySpan<byte> text, Span<byte> folded)
    {
        while (!text.IsEmpty)
        {
            Ascii.ToLower(text, folded, out int done);
            if (done < text.Length)
                folded[done] = text[done++]; // it stops at what is not ASCII
            text = text[done..];
            folded = folded[done..];
        }
    }
}
