namespace Mig.Transfer.Protocol;

/// <summary>Refs, sorted by the bytes of their names: all, or a page.</summary>
internal sealed record RefsMessage(IReadOnlyList<RefMessage> Refs)
{
    public string? HeadTarget { get; init; }

    public string? HeadId { get; init; }

    /// <summary>Whether more refs follow after the last of these.</summary>
    public bool More { get; init; }

    /// <summary>Whether the list is the one that the client knows: then it is not sent.</summary>
    public bool Unchanged { get; init; }

    /// <summary>How many refs the repository has, whichever were asked for.</summary>
    public int Total { get; init; }
}
