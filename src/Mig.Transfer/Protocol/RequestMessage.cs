namespace Mig.Transfer.Protocol;

/// <summary>What a request asks for; what a verb does not need is left out (docs/protocol.md, "Verbs").</summary>
internal sealed record RequestMessage(string Verb)
{
    /// <summary><c>commits</c>: how many of the ids that follow are wanted, …</summary>
    public int Wants { get; init; }

    /// <summary>… how many are known, …</summary>
    public int Haves { get; init; }

    /// <summary>… and how many are known without their parents.</summary>
    public int Shallows { get; init; }

    /// <summary><c>commits</c>: how many commits of each history; 0 for all.</summary>
    public int Depth { get; init; }

    /// <summary><c>get</c>: which share of the frames to send, from 0, …</summary>
    public int Part { get; init; }

    /// <summary>… of how many; 0 for all of them.</summary>
    public int Parts { get; init; }

    /// <summary><c>refs</c>: whether a page is enough.</summary>
    public bool Paged { get; init; }

    /// <summary><c>refs</c>: the name after which the page begins; null for the first page.</summary>
    public string? After { get; init; }

    /// <summary><c>refs</c>: only names that begin with one of these; null for all.</summary>
    public IReadOnlyList<string>? Prefixes { get; init; }

    /// <summary><c>refs</c>: these refs as well, by their whole names.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary><c>refs</c>: the digest of the list that the client has; null for none.</summary>
    public string? Known { get; init; }

    /// <summary><c>refs</c>: how many ids follow, of which the client wants to know whether they are here.</summary>
    public int Asked { get; init; }

    /// <summary><c>put</c>: manifests come, no contents; <c>has</c>: what was put so counts, too.</summary>
    public bool Manifests { get; init; }

    /// <summary><c>push</c>: the refs to move.</summary>
    public IReadOnlyList<UpdateMessage>? Updates { get; init; }

    /// <summary><c>push</c>: all refs or none.</summary>
    public bool Atomic { get; init; }

    /// <summary><c>push</c>: say what would happen, and do not do it.</summary>
    public bool DryRun { get; init; }
}
