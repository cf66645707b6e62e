namespace Mig.Transfer.Access;

/// <summary>What a token may do; each of the writing ones includes reading, because a push must know what is there.</summary>
[Flags]
public enum AccessRight
{
    None = 0,

    /// <summary>Lists refs and fetches.</summary>
    Read = 1,

    /// <summary>Makes refs, and moves branches forward.</summary>
    Write = 2,

    /// <summary>Moves refs anywhere; includes writing.</summary>
    Force = 4,

    /// <summary>Deletes refs.</summary>
    Delete = 8,

    /// <summary>Everything, and looking after repositories.</summary>
    Admin = 16,
}
