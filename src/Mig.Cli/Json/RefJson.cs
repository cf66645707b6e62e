namespace Mig.Cli.Json;

/// <summary>A branch or tag.</summary>
/// <param name="Name">As people say it.</param>
/// <param name="Kind">Of the object it names: <c>commit</c>, <c>tag</c>, ….</param>
/// <param name="Commit">The commit it leads to, when it leads to one.</param>
/// <param name="IsHead">Whether HEAD is on it; for branches only.</param>
internal sealed record RefJson(string Name, string Ref, string Id, string Kind, string? Commit, string? Subject, bool? IsHead)
{
    /// <summary>Full name of what the branch follows.</summary>
    public string? Upstream { get; init; }

    /// <summary>Commits that the upstream does not have.</summary>
    public int? Ahead { get; init; }

    /// <summary>Commits that only the upstream has.</summary>
    public int? Behind { get; init; }
}
