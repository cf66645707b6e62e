using Mig.Core;
using Mig.History.Commits;
using Mig.Store;
using Mig.Transfer.Exchange;

namespace Mig.Transfer;

/// <summary>
/// Works out, before the other side was asked anything, which objects a push should ask it about along with its refs: then nothing is left
/// to ask when little is new.
/// </summary>
public static class PushQuestions
{
    // More are asked about when it is known which.
    private const int MostFresh = 256;
    private const int MostAsked = 1024;

    /// <summary>
    /// Returns what is new, as far as is known here, the annotated tags on the way, and the commits that it was built on.
    /// </summary>
    /// <param name="store">Where all of it is.</param>
    /// <param name="tips">What is pushed.</param>
    /// <param name="hints">What the other side had, when it was last seen.</param>
    public static IReadOnlyList<ObjectId> Choose(ObjectStore store, IReadOnlyCollection<ObjectId> tips, IEnumerable<ObjectId> hints)
    {
        ArgumentNullException.ThrowIfNull(tips);
        if (tips.Count > MostFresh)
            return [];
        var graph = new CommitGraph(store);
        var tags = new List<ObjectId>();
        List<ObjectId> commits = [.. tips.Select(tip => graph.Peel(tip, tags)).OfType<ObjectId>().Distinct()];
        HashSet<ObjectId> known = graph.Reach(hints.Select(hint => graph.Peel(hint)).OfType<ObjectId>(), new HashSet<ObjectId>());
        var asked = new HashSet<ObjectId>([.. tags, .. commits]);
        foreach ((ObjectId id, Commit commit, _) in graph.Walk(commits, known, new HashSet<ObjectId>(), 0).Take(MostFresh))
        {
            asked.Add(id);
            asked.UnionWith(commit.Parents.Select(parent => parent.Value).Where(known.Contains));
        }

        return asked.Count <= MostAsked ? [.. asked] : [];
    }
}
