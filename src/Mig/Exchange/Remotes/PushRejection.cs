namespace Mig.Exchange.Remotes;

/// <summary>Why this side does not let a push move a ref.</summary>
public enum PushRejection
{
    None,

    /// <summary>The other side has commits that are not here.</summary>
    FetchFirst,

    /// <summary>The ref would lose commits that are here.</summary>
    NonFastForward,

    /// <summary>There is another tag of that name.</summary>
    AlreadyExists,

    /// <summary>The ref names, or would name, something else than a commit.</summary>
    NeedsForce,

    /// <summary>The ref is not where the lease expects it.</summary>
    Stale,

    /// <summary>Another ref of the push cannot move, and all move or none.</summary>
    Atomic,
}
