namespace Mig.Transfer.Protocol;

/// <summary>Refs, sorted by the bytes of their names: all, or a page.</summary>
internal sealed record RefsMessage(IReadOnlyList<RefMessage> Refs)
{
    public string? HeadTarget { get; init; }

    public string? HeadId { get; init; }

    /// <summary>Whether more refs follow after the last of these.</summary>
    public bool More { get; init; }
}
