using Mig.Core;
using Mig.History.Images;

namespace Mig.Versions.Working;

/// <summary>How disks are read that are not committed.</summary>
public sealed record WorkingOptions
{
    /// <summary>A format to force on all disks, such as <c>raw</c>; null to find it by content.</summary>
    public string? InputFormat { get; init; }

    /// <summary>Folders that an image may name files in, and below, besides its own.</summary>
    public IReadOnlyList<string> AllowedFolders { get; init; } = [];

    /// <summary>Leaves out what the file systems hold to be free.</summary>
    public bool DiscardFree { get; init; }

    /// <summary>Trusts size, times and place of files that were committed before.</summary>
    public bool Quick { get; init; }

    /// <summary>Versions that the disks may follow, the likeliest first.</summary>
    public IReadOnlyList<MachineImage> Before { get; init; } = [];

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
