namespace Mig.History.Diffs.Text;

/// <summary>
/// A run of changed lines can often stand some lines up or down with the same result. As in Git, it joins others that it meets on the way;
/// then it stands beside a change of the other text where there is one, else where people would put it or, where nobody will read it, as
/// far down as it can.
/// </summary>
/// <param name="lines">A number for each line of the text, the same for equal lines.</param>
/// <param name="changed">Which of them are changed; gets the result.</param>
/// <param name="other">Which lines of the other text are changed.</param>
/// <param name="text">The lines, where people will read them; else null.</param>
internal sealed class ChangeSlider(int[] lines, bool[] changed, bool[] other, TextLines? text)
{
    private const int MaxSlide = 100; // so many places of a run are rated

    private int _start;
    private int _end;

    // Where the other text stands after as many unchanged lines: its run begins there, which may be empty.
    private int _partner;

    public void Slide()
    {
        (_start, _end, _partner) = (0, RunEnd(changed, 0), 0);
        while (true)
        {
            if (_end > _start)
                Place();
            if (_end == lines.Length)
                return;
            _start = _end + 1;
            _end = RunEnd(changed, _start);
            _partner = RunEnd(other, _partner) + 1;
        }
    }

    /// <summary>Returns where a run of changed lines ends.</summary>
    public static int RunEnd(bool[] changed, int from)
    {
        while (from < changed.Length && changed[from])
            from++;
        return from;
    }

    private bool IsBesideAChange => _partner < other.Length && other[_partner];

    private void Place()
    {
        int length, highest, beside;
        do
        {
            length = _end - _start;
            while (TryUp())
            {
            }

            highest = _end;
            beside = IsBesideAChange ? _end : -1;
            while (TryDown())
                beside = IsBesideAChange ? _end : beside;
        }
        while (_end - _start != length); // it has joined another, and may go further up

        int best = beside >= 0 ? beside : text is null || _end == highest ? _end : FindBest(text, highest);
        while (_end > best)
            TryUp();
    }

    private int FindBest(TextLines text, int highest)
    {
        int length = _end - _start, best = -1;
        SplitScore bestScore = default;
        for (int end = Math.Max(highest, _end - Math.Min(length + 1, MaxSlide)); end <= _end; end++)
        {
            SplitScore score = SplitScore.Of(text, end) + SplitScore.Of(text, end - length);
            if (best < 0 || score.IsAsGoodAs(bestScore))
                (best, bestScore) = (end, score);
        }

        return best;
    }

    private bool TryUp()
    {
        if (_start == 0 || lines[_start - 1] != lines[_end - 1])
            return false;
        changed[--_start] = true;
        changed[--_end] = false;
        while (_start > 0 && changed[_start - 1])
            _start--;
        _partner--;
        while (_partner > 0 && other[_partner - 1])
            _partner--;
        return true;
    }

    private bool TryDown()
    {
        if (_end == lines.Length || lines[_start] != lines[_end])
            return false;
        changed[_start++] = false;
        changed[_end] = true;
        _end = RunEnd(changed, _end);
        _partner = RunEnd(other, _partner) + 1;
        return true;
    }
}
