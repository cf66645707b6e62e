using Mig.Core;
using Mig.Images.Browse;

namespace Mig.Images.Extract;

/// <summary>What to extract, and how.</summary>
public sealed record ExtractRequest
{
    /// <summary>Files and directories, each with all that is in it.</summary>
    public required IReadOnlyList<ImagePath> Sources { get; init; }

    /// <summary>Replaces files that are there, and goes into folders that are there.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Leaves owners, devices, and what gives rights behind, as for a user who is not root. Matters for folders only.</summary>
    public bool IsUnprivileged { get; init; }

    /// <summary>
    /// Makes folders named <c>.mig</c>, too, which mig then takes for repositories of this user. Matters for folders only.
    /// </summary>
    public bool WithRepositories { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
