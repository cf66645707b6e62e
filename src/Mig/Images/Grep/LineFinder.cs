using System.Buffers;

namespace Mig.Images.Grep;

/// <summary>Finds lines in a block of text. For one thread: it keeps a form of the block that is fast to search.</summary>
internal abstract class LineFinder
{
    private static readonly SearchValues<byte> Special = SearchValues.Create("\\*+?|{}[]()^$.#\t\r\v\f"u8);

    /// <summary>Takes in a block of whole lines, which stays as it is until the next one.</summary>
    public virtual void Load(ReadOnlySpan<byte> text)
    {
    }

    /// <summary>Finds the next line that matches.</summary>
    /// <param name="text">The block.</param>
    /// <param name="from">Where a line begins.</param>
    /// <param name="start">Where the line begins.</param>
    /// <param name="end">Where it ends: its line feed, or the end of the block.</param>
    public abstract bool TryFind(ReadOnlySpan<byte> text, int from, out int start, out int end);

    /// <exception cref="Core.UsageException">A pattern is not a regular expression, or one that could take more than linear
    /// time.</exception>
    public static Func<LineFinder> Compile(GrepOptions options)
    {
        bool isLiteral = options.Patterns.Count == 1 && (options.IsFixed || IsPlain(options.Patterns[0]));
        if (isLiteral)
            return () => new LiteralFinder(options.Patterns[0], options.IgnoresCase, options.MatchesWords);
        System.Text.RegularExpressions.Regex expression = RegexFinder.CompileExpression(options);
        return () => new RegexFinder(expression);
    }

    protected static bool FindLine(ReadOnlySpan<byte> text, int from, int at, out int start, out int end)
    {
        start = from + text[from..at].LastIndexOf((byte)'\n') + 1;
        int length = text[at..].IndexOf((byte)'\n');
        end = length < 0 ? text.Length : at + length;
        return true;
    }

    private static bool IsPlain(byte[] pattern) => !pattern.AsSpan().ContainsAny(Special);
}
