using Mig.Core;

namespace Mig.Edits.Building;

/// <summary>What to build, and where it goes.</summary>
public sealed record BuildRequest
{
    public required BuildFile File { get; init; }

    /// <summary>The folder that files are copied from; nothing outside of it is read.</summary>
    public required string Context { get; init; }

    /// <summary>A branch that the result moves to, whatever it was before; null for none.</summary>
    public string? Branch { get; init; }

    /// <summary>Whether steps that were made before are taken.</summary>
    public bool UsesMemory { get; init; } = true;

    /// <summary>Only says which steps would be taken from memory.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether files that are there are written over.</summary>
    public bool Overwrites { get; init; }

    /// <summary>Does not ask the hooks about the result.</summary>
    public bool NoVerify { get; init; }

    /// <summary>Told of each step before and after it, by the thread that builds.</summary>
    public Action<BuildStep> Reports { get; init; } = static _ => { };

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
