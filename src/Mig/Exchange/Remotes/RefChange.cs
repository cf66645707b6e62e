namespace Mig.Exchange.Remotes;

/// <summary>What becomes of a ref in a fetch or a push.</summary>
public enum RefChange
{
    /// <summary>It is where it was.</summary>
    UpToDate,

    /// <summary>It was not there before.</summary>
    Created,

    /// <summary>It moves on to a commit that has its old one in its history.</summary>
    FastForward,

    /// <summary>It moves elsewhere, as it was allowed to.</summary>
    Forced,

    /// <summary>It goes away.</summary>
    Deleted,

    /// <summary>It stays, because this side does not allow the move.</summary>
    Rejected,

    /// <summary>It stays, because the other side does not allow the move.</summary>
    Refused,
}
