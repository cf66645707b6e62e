namespace Mig.Versions.Working.Live;

/// <summary>How a path of a running system differs from a version.</summary>
public enum LiveChangeKind
{
    /// <summary>The version has it not.</summary>
    Added,

    /// <summary>The system has it not.</summary>
    Deleted,

    /// <summary>Content, or a link's target, is another.</summary>
    Modified,

    /// <summary>Mode or owner alone are others.</summary>
    Metadata,

    /// <summary>It is something else: a link instead of a file.</summary>
    Type,
}
