using Mig.Core;
using Mig.History.Revisions;

namespace Mig.Versions.Bisecting;

/// <summary>
/// Chooses the version whose test says most: the one for which the smaller of "those up to it" and "the others" is largest, as
/// <c>git bisect</c> does.
/// </summary>
internal static class BisectChoice
{
    /// <param name="suspects">All versions that may be the first bad one, no parent before its children.</param>
    /// <param name="isUseless">Tells of a version whether it shall not be tested.</param>
    /// <returns>The version, and how many may be left after its test at most; null when none tells anything.</returns>
    public static (WalkedCommit Commit, int Left)? Find(IReadOnlyList<WalkedCommit> suspects, Func<CommitId, bool> isUseless)
    {
        var places = new Dictionary<CommitId, int>();
        for (int i = 0; i < suspects.Count; i++)
            places.Add(suspects[i].Id, i);
        int[] reach = new int[suspects.Count];
        (WalkedCommit Commit, int Left)? best = null;
        for (int i = suspects.Count - 1; i >= 0; i--)
        {
            int[] parents = [.. suspects[i].Commit.Parents.Distinct().Where(places.ContainsKey).Select(parent => places[parent])];
            reach[i] = parents.Length switch { 0 => 1, 1 => reach[parents[0]] + 1, _ => Count(suspects, places, i) };
            int left = Math.Max(reach[i], suspects.Count - reach[i]);
            if (reach[i] < suspects.Count && !isUseless(suspects[i].Id) && (best is null || left < best.Value.Left))
                best = (suspects[i], left);
        }

        return best;
    }

    // Two lines meet here, which may have met before: only counting says how many versions lie before this one.
    private static int Count(IReadOnlyList<WalkedCommit> suspects, Dictionary<CommitId, int> places, int from)
    {
        var seen = new HashSet<int> { from };
        var open = new Stack<int>([from]);
        while (open.TryPop(out int place))
        {
            foreach (CommitId parent in suspects[place].Commit.Parents)
            {
                if (places.TryGetValue(parent, out int next) && seen.Add(next))
                    open.Push(next);
            }
        }

        return seen.Count;
    }
}
