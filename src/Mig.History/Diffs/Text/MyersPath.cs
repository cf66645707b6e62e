namespace Mig.History.Diffs.Text;

/// <summary>
/// Marks the fewest elements to remove and add to turn one sequence into another, in linear space (E. W. Myers, "An O(ND) Difference
/// Algorithm and Its Variations", 1986). Where the difference is so large that this would take long, the result is a valid one, but not the
/// smallest.
/// </summary>
internal sealed class MyersPath
{
    private const int MinBound = 256;

    private readonly int[] _before;
    private readonly int[] _after;
    private readonly bool[] _removed;
    private readonly bool[] _added;
    private readonly int[] _forward;
    private readonly int[] _backward;
    private readonly int _zero;
    private readonly int _bound;

    private MyersPath(int[] before, int[] after, bool[] removed, bool[] added)
    {
        (_before, _after, _removed, _added) = (before, after, removed, added);
        _zero = ((before.Length + after.Length + 1) / 2) + 2;
        _forward = new int[(_zero * 2) + 1];
        _backward = new int[(_zero * 2) + 1];
        _bound = Math.Max(MinBound, (int)Math.Sqrt(before.Length + after.Length));
    }

    /// <param name="removed">Gets true for each element of <paramref name="before"/> that goes.</param>
    /// <param name="added">Gets true for each element of <paramref name="after"/> that comes.</param>
    public static void Mark(int[] before, int[] after, bool[] removed, bool[] added)
    {
        var path = new MyersPath(before, after, removed, added);
        var todo = new Stack<(int Left, int LeftEnd, int Right, int RightEnd)>();
        todo.Push((0, before.Length, 0, after.Length));
        while (todo.TryPop(out (int Left, int LeftEnd, int Right, int RightEnd) box))
        {
            (int left, int leftEnd, int right, int rightEnd) = box;
            while (left < leftEnd && right < rightEnd && before[left] == after[right])
                (left, right) = (left + 1, right + 1);
            while (left < leftEnd && right < rightEnd && before[leftEnd - 1] == after[rightEnd - 1])
                (leftEnd, rightEnd) = (leftEnd - 1, rightEnd - 1);
            if (left == leftEnd || right == rightEnd)
            {
                removed.AsSpan(left, leftEnd - left).Fill(true);
                added.AsSpan(right, rightEnd - right).Fill(true);
                continue;
            }

            (int x, int y) = path.Split(left, leftEnd, right, rightEnd);
            todo.Push((x, leftEnd, y, rightEnd));
            todo.Push((left, x, right, y));
        }
    }

    // A point on a shortest path, about its middle. The box has no common start or end, so both parts are smaller than the box.
    private (int X, int Y) Split(int left, int leftEnd, int right, int rightEnd)
    {
        int width = leftEnd - left, height = rightEnd - right, delta = width - height;
        bool isOdd = (delta & 1) != 0;
        Span<int> forward = _forward, backward = _backward;

        // Both searches run in coordinates of their own: from the start, and from the end backwards. Diagonal k of one is delta - k of the
        // other.
        for (int cost = 0; ; cost++)
        {
            (int best, int bestX, int bestY) = (-1, 0, 0);
            for (int k = -cost; k <= cost; k += 2)
            {
                int x = Step(forward, k, cost), y = x - k;
                while (x < width && y < height && _before[left + x] == _after[right + y])
                    (x, y) = (x + 1, y + 1);
                forward[_zero + k] = x;
                if (x > width || y > height)
                    continue;
                if (x + y > best)
                    (best, bestX, bestY) = (x + y, x, y);
                if (isOdd && Meets(backward, delta - k, cost - 1, x, width, height))
                    return (left + x, right + y);
            }

            for (int k = -cost; k <= cost; k += 2)
            {
                int x = Step(backward, k, cost), y = x - k;
                while (x < width && y < height && _before[leftEnd - 1 - x] == _after[rightEnd - 1 - y])
                    (x, y) = (x + 1, y + 1);
                backward[_zero + k] = x;
                if (x <= width && y <= height && !isOdd && Meets(forward, delta - k, cost, x, width, height))
                    return (leftEnd - x, rightEnd - y);
            }

            if (cost >= _bound && best > 0 && best < width + height)
                return (left + bestX, right + bestY);
        }
    }

    // Whether the other search, whose last round had the cost, came as far on its diagonal. Points outside of the box are no points of a
    // path.
    private bool Meets(Span<int> other, int k, int cost, int x, int width, int height)
    {
        if (k < -cost || k > cost)
            return false;
        int reached = other[_zero + k];
        return reached <= width && reached - k <= height && x + reached >= width;
    }

    private int Step(Span<int> reached, int k, int cost)
    {
        if (cost == 0)
            return 0;
        return k == -cost || (k != cost && reached[_zero + k - 1] < reached[_zero + k + 1]) ? reached[_zero + k + 1]
            : reached[_zero + k - 1] + 1;
    }
}
