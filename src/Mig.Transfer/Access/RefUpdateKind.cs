namespace Mig.Transfer.Access;

/// <summary>What a push does to a ref, from the most harmless on.</summary>
public enum RefUpdateKind
{
    /// <summary>It is new.</summary>
    Create,

    /// <summary>A branch moves to a commit that has its tip as an ancestor: nothing is lost.</summary>
    FastForward,

    /// <summary>It moves anywhere else, as a tag always does: history may be lost.</summary>
    Force,

    /// <summary>It goes away.</summary>
    Delete,
}
