using System.Text;
using Mig.Core;

namespace Mig.History.Revisions;

/// <summary>Draws a history as text: a lane for each commit that is still to come, as <c>git log --graph</c> does.</summary>
/// <remarks>
/// Lanes stand at even characters. Below a commit, edges start where its parents leave and move left, a character a line,
/// until each is in its lane: <c>/</c> moves, <c>_</c> goes far at once. Commits must come in <see cref="CommitOrder.Topological"/>
/// or <see cref="CommitOrder.DateAfterChildren"/> order.
/// </remarks>
public sealed class GraphLanes
{
    private const int None = -1;

    private List<CommitId> _lanes = [];
    private int _lastMerge = None;
    private int[] _lastMoves = [];

    /// <summary>Draws the next commit.</summary>
    /// <param name="id">The commit.</param>
    /// <param name="parents">Those of its parents that will be drawn.</param>
    public GraphRow Next(CommitId id, IReadOnlyList<CommitId> parents)
    {
        ArgumentNullException.ThrowIfNull(parents);
        int own = _lanes.IndexOf(id);
        if (own < 0)
        {
            own = _lanes.Count;
            _lanes.Add(id);
        }

        List<CommitId> next = NextLanes(own, parents);
        bool goesLeft = parents.Count > 1 && next.IndexOf(parents[0]) < own;
        List<(int Position, int Lane)> edges = StartEdges(own, parents, next, goesLeft, out int added);
        int width = Math.Max(2 * _lanes.Count, edges.Count == 0 ? 0 : edges.Max(e => e.Position) + 2);

        int[] cells = new int[width + 2];
        Array.Fill(cells, None);
        foreach ((int position, int lane) in edges)
            cells[position] = lane;
        string commit = DrawCommit(own, parents.Count, goesLeft, added, cells).PadRight(width);
        var after = new List<string>();
        if (parents.Count > 1)
            after.Add(DrawMerge(own, parents, goesLeft, added));
        int merges = after.Count;
        _lastMoves = [];
        while (!IsSettled(cells))
            after.Add(Collapse(ref cells));

        _lastMerge = merges > 0 && after.Count == merges && added > 0 ? own : None;
        _lanes = next;
        return new GraphRow(commit, after, string.Concat(Enumerable.Repeat("| ", next.Count)).PadRight(width));
    }

    private List<CommitId> NextLanes(int own, IReadOnlyList<CommitId> parents)
    {
        var next = new List<CommitId>();
        for (int i = 0; i < _lanes.Count; i++)
        {
            foreach (CommitId lane in i == own ? parents : [_lanes[i]])
            {
                if (!next.Contains(lane))
                    next.Add(lane);
            }
        }

        return next;
    }

    // Where each edge stands after the line with the merge's branches, and the lane it heads for.
    private List<(int Position, int Lane)> StartEdges(
        int own, IReadOnlyList<CommitId> parents, List<CommitId> next, bool goesLeft, out int added)
    {
        var edges = new List<(int Position, int Lane)>();
        added = Math.Max(0, parents.Count - (goesLeft ? 2 : 1));
        int position = 0;
        for (int i = 0; i < _lanes.Count; i++)
        {
            if (i != own)
            {
                int lane = next.IndexOf(_lanes[i]);
                bool meetsBranch = i == own + 1 && added > 0 && edges[^1].Lane == lane;
                if (meetsBranch)
                {
                    added = None; // the branch runs into its neighbour: '|\|', nothing moves
                    continue;
                }

                edges.Add((position, lane));
                position += 2;
                continue;
            }

            for (int p = 0; p < parents.Count; p++)
            {
                int lane = next.IndexOf(parents[p]);
                if (p == 0 && goesLeft)
                {
                    // The line below the merge takes it as far as one line can.
                    edges.Add(((2 * lane) + (own - lane > 1 ? 3 : 1), lane));
                    continue;
                }

                edges.Add((position, lane));
                position += 2;
            }

            if (parents.Count == 0)
                position += 2;
        }

        return edges;
    }

    private string DrawCommit(int own, int parentCount, bool goesLeft, int added, int[] cells)
    {
        var line = new StringBuilder();
        for (int i = 0; i < _lanes.Count; i++)
        {
            if (i == own)
            {
                _ = line.Append('*');
                int dashes = parentCount - (goesLeft ? 3 : 2);
                for (int d = 0; d < dashes; d++)
                    _ = line.Append('-').Append(d == dashes - 1 ? '.' : '-');
                _ = line.Append(' ');
                continue;
            }

            bool isMoving = i > own && (added > 1 || (added == 1 && _lastMerge >= 0 && _lastMerge < i));

            // An edge that came from the right on the line above, and goes on to the left, need not stand upright between.
            bool isPassing = (2 * i) + 1 < _lastMoves.Length && _lastMoves[(2 * i) + 1] == i && cells[2 * i] < i;
            _ = line.Append(isMoving ? '\\' : isPassing ? '/' : '|').Append(' ');
        }

        return line.ToString();
    }

    private string DrawMerge(int own, IReadOnlyList<CommitId> parents, bool goesLeft, int added)
    {
        var line = new StringBuilder();
        int left = goesLeft ? _lanes.IndexOf(parents[0]) : own;
        for (int i = 0; i < _lanes.Count; i++)
        {
            if (i < own)
            {
                _ = line.Append('|');
                if (goesLeft && i == own - 1)
                    _ = line.Append('/');
                else
                    _ = line.Append(goesLeft && i > left ? '_' : ' ');
            }
            else if (i == own)
            {
                _ = line.Append('|');
                for (int p = goesLeft ? 2 : 1; p < parents.Count; p++)
                    _ = line.Append(p == (goesLeft ? 2 : 1) ? "\\" : " \\");
                if (added >= 0)
                    _ = line.Append(' ');
            }
            else
            {
                _ = line.Append(added > 0 ? '\\' : '|').Append(' ');
            }
        }

        return line.ToString().TrimEnd();
    }

    private static bool IsSettled(int[] cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (cells[i] != None && cells[i] != i / 2)
                return false;
        }

        return true;
    }

    // Moves every edge a step towards its lane and draws that. One edge a line may go far, over '_'.
    private string Collapse(ref int[] cells)
    {
        int[] moved = new int[cells.Length];
        Array.Fill(moved, None);
        int far = None;
        int farLane = None;
        for (int i = 0; i < cells.Length; i++)
        {
            int lane = cells[i];
            if (lane == None)
                continue;
            if (2 * lane == i)
            {
                moved[i] = lane;
                continue;
            }

            if (moved[i - 1] == lane)
                continue; // arrived at an edge to the same lane
            bool isFree = moved[i - 1] == None;
            moved[i - (isFree ? 1 : 2)] = lane;
            if (far != None)
                continue;
            (far, farLane) = (isFree ? i : i - 1, lane);
            for (int j = (2 * lane) + 3; j < i - 2; j += 2)
                moved[j] = lane;
        }

        _lastMoves = [.. moved];
        var line = new StringBuilder();
        bool wentFar = false;
        for (int i = 0; i < moved.Length; i++)
        {
            int lane = moved[i];
            if (lane == None)
            {
                _ = line.Append(' ');
            }
            else if (2 * lane == i)
            {
                _ = line.Append('|');
            }
            else if (lane == farLane && i != far - 1)
            {
                if (i != (2 * lane) + 3)
                    moved[i] = None;
                wentFar = true;
                _ = line.Append('_');
            }
            else
            {
                if (wentFar && i < far)
                    moved[i] = None;
                _ = line.Append('/');
            }
        }

        cells = moved;
        return line.ToString().TrimEnd();
    }
}
