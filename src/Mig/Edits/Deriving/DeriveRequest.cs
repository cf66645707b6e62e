using Mig.Core;

namespace Mig.Edits.Deriving;

/// <summary>What to derive from which version.</summary>
public sealed record DeriveRequest
{
    public const string DefaultBranchPattern = "hosts/{name}";

    /// <summary>The version that all others begin with: any revision, with a volume when it is not the usual one (<c>v1:@2</c>).</summary>
    public required string Base { get; init; }

    public required CsvTable Hosts { get; init; }

    /// <summary>How the table is called in messages.</summary>
    public required string HostsName { get; init; }

    /// <summary>The folder of files that each version gets.</summary>
    public required string TemplateFolder { get; init; }

    /// <summary>The name of each branch, with <c>{column}</c>.</summary>
    public string BranchPattern { get; init; } = DefaultBranchPattern;

    /// <summary>The message of each commit, with <c>{column}</c>; null for one that names the branch.</summary>
    public string? MessagePattern { get; init; }

    /// <summary>Moves branches that exist.</summary>
    public bool Force { get; init; }

    /// <summary>Does all the work, and stores nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Does not ask the hooks commit-msg and pre-commit.</summary>
    public bool NoVerify { get; init; }

    public IProgressSink Progress { get; init; } = NoProgress.Instance;
}
