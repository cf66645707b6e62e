namespace Mig.Edits.Packages;

/// <summary>How a package comes into an image.</summary>
public enum InstallRoute
{
    /// <summary>mig unpacks it; it has no script that would run.</summary>
    Native,

    /// <summary>mig unpacks it, and does what its scripts would.</summary>
    Rewritten,

    /// <summary>dpkg of the image must do it, with its scripts.</summary>
    MustRun,
}
