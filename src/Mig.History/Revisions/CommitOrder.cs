namespace Mig.History.Revisions;

/// <summary>The order of a walk.</summary>
public enum CommitOrder
{
    /// <summary>
    /// Newest first among those whose child was seen: <c>git log</c>. Starts at once, whatever the length of the history.
    /// </summary>
    Date,

    /// <summary>Newest first, but no parent before all of its children: <c>git log --date-order</c>.</summary>
    DateAfterChildren,

    /// <summary>
    /// No parent before all of its children, and lines of history kept together: <c>git log --topo-order</c>, what a graph needs.
    /// </summary>
    Topological,
}
