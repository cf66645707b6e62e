using Mig.Core;

namespace Mig.Transfer;

/// <summary>Which refs of another repository are asked for, and what is asked along with them.</summary>
public sealed record RefsQuery
{
    /// <summary>Only refs whose names begin with one of these, and those that are named; null for all.</summary>
    public IReadOnlyList<string>? Prefixes { get; init; }

    /// <summary>These refs as well, by their whole names; an older server gives those that begin so, which are left out.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>
    /// What the same question was answered with before: it is not sent again when it still holds. Null when nothing is known.
    /// </summary>
    public RemoteListing? Known { get; init; }

    /// <summary>Objects of which the other side is asked whether it has them; an older one does not say.</summary>
    public IReadOnlyList<ObjectId> Asked { get; init; } = [];
}
