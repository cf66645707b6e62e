namespace Mig.Edits.Packages;

/// <summary>How the package manager of an image is run.</summary>
/// <param name="Branch">The branch that is changed.</param>
/// <param name="Message">The message of the commit.</param>
public sealed record PackageRun(string Branch, string Message)
{
    /// <summary>An archive of packages to take instead of those that the image names; null for those.</summary>
    public string? Mirror { get; init; }

    /// <summary>Lends it the network of this machine.</summary>
    public bool Network { get; init; }

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    /// <summary>What it prints goes to the standard error, all of it.</summary>
    public bool IsSilent { get; init; }
}
