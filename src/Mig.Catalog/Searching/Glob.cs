using System.Text;

namespace Mig.Catalog.Searching;

/// <summary>
/// A pattern over bytes, as the shell and <c>find</c> have it: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>, and a backslash before what
/// is meant as it is. Matches in time of at most pattern times text, whatever the pattern.
/// </summary>
public sealed class Glob
{
    // One for each step of the pattern: a byte that may stand there, or a set of bytes, or any number of bytes.
    private readonly List<Step> _steps = [];

    /// <param name="pattern">Read as UTF-8. A <c>[</c> without its <c>]</c> is one that is meant.</param>
    public Glob(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Pattern = pattern;
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(pattern);
        while (!rest.IsEmpty)
        {
            switch (rest[0])
            {
                case (byte)'*':
                    if (_steps.Count == 0 || !_steps[^1].IsStar)
                        _steps.Add(Step.Star);
                    break;
                case (byte)'?':
                    _steps.Add(Step.Any);
                    break;
                case (byte)'[' when Step.ReadSet(rest) is var (set, length):
                    _steps.Add(set);
                    rest = rest[(length - 1)..];
                    break;
                case (byte)'\\' when rest.Length > 1:
                    _steps.Add(Step.Of(rest[1]));
                    rest = rest[1..];
                    break;
                default:
                    _steps.Add(Step.Of(rest[0]));
                    break;
            }

            rest = rest[1..];
        }
    }

    public string Pattern { get; }

    /// <summary>Whether it fits one text only.</summary>
    public bool IsLiteral => _steps.TrueForAll(step => step.Literal is not null);

    /// <summary>The longest run of bytes that whatever fits must have; empty when there is none.</summary>
    public ReadOnlyMemory<byte> LongestLiteral => Runs().MaxBy(run => run.Length) ?? [];

    /// <summary>The bytes with which whatever fits must end.</summary>
    public ReadOnlyMemory<byte> LiteralEnd => Encode(_steps.AsEnumerable().Reverse().TakeWhile(step => step.Literal is not null).Reverse());

    public bool IsMatch(ReadOnlySpan<byte> text)
    {
        // Only the last star may have to take more: what an earlier one took was enough to get here.
        int step = 0, at = 0, star = -1, starAt = 0;
        while (at < text.Length)
        {
            if (step < _steps.Count && _steps[step].IsStar)
            {
                star = step++;
                starAt = at;
            }
            else if (step < _steps.Count && _steps[step].Allows(text[at]))
            {
                step++;
                at++;
            }
            else if (star >= 0)
            {
                step = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }

        while (step < _steps.Count && _steps[step].IsStar)
            step++;
        return step == _steps.Count;
    }

    private IEnumerable<byte[]> Runs()
    {
        for (int start = 0; start < _steps.Count; start++)
        {
            byte[] run = Encode(_steps.Skip(start).TakeWhile(step => step.Literal is not null));
            start += run.Length;
            yield return run;
        }
    }

    private static byte[] Encode(IEnumerable<Step> literals) => [.. literals.Select(step => step.Literal!.Value)];

    private sealed record Step(bool IsStar, byte? Literal, bool[]? Set)
    {
        public static Step Star { get; } = new(true, null, null);

        public static Step Any { get; } = new(false, null, [.. Enumerable.Repeat(true, 256)]);

        public static Step Of(byte literal) => new(false, literal, null);

        // [abc], [a-z], [!a-z] or [^a-z]; a ] that comes first is one of the set. Null without an end.
        public static (Step Set, int Length)? ReadSet(ReadOnlySpan<byte> text)
        {
            bool[] set = new bool[256];
            int at = 1;
            bool isNegated = text.Length > 1 && text[1] is (byte)'!' or (byte)'^';
            if (isNegated)
                at++;
            for (int first = at; at < text.Length; at++)
            {
                if (text[at] == ']' && at > first)
                    return (new Step(false, null, isNegated ? [.. set.Select(isIn => !isIn)] : set), at + 1);
                if (text[at] == '\\' && at + 1 < text.Length)
                    at++;
                int last = text[at];
                int from = last;
                if (at + 2 < text.Length && text[at + 1] == '-' && text[at + 2] != ']')
                {
                    at += 2;
                    last = text[at];
                }

                for (int b = from; b <= last; b++)
                    set[b] = true;
            }

            return null;
        }

        public bool Allows(byte b) => Literal is { } literal ? literal == b : Set is not null && Set[b];
    }
}
