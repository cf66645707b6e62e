using Mig.Core;
using Mig.History.Commits;
using Mig.Store;
using Mig.Transfer.Access;

namespace Mig.Transfer.Serving;

/// <summary>How a repository is served.</summary>
public sealed record ServiceOptions
{
    public const int DefaultMaxUpdates = 10_000;
    public const int DefaultMaxRefs = 100_000;

    /// <summary>How what comes is stored.</summary>
    public StoreOptions StoreOptions { get; init; } = StoreOptions.Default;

    /// <summary>
    /// What the caller may do; everything unless said otherwise, for whoever comes by folder or ssh has the rights that the system gives.
    /// </summary>
    public IReceiveAccess Access { get; init; } = new RightsAccess(AccessRights.Unlimited, "");

    /// <summary>Who is asked about pushes; null when nobody is.</summary>
    public IReceiveHooks? Hooks { get; init; }

    /// <summary>Whom the reflog names for what a push moves.</summary>
    public required Func<Signature> Who { get; init; }

    /// <summary>The commits without parents here (the file <c>shallow</c>).</summary>
    public Func<IReadOnlyList<ObjectId>> ReadShallow { get; init; } = () => [];

    /// <summary>Refuses pushes that lose history whoever forces them (<c>receive.denyNonFastForwards</c>).</summary>
    public bool DenyNonFastForwards { get; init; }

    /// <summary>Refuses the deletion of refs (<c>receive.denyDeletes</c>).</summary>
    public bool DenyDeletes { get; init; }

    /// <summary>Most bytes of frames that one push may bring (<c>receive.maxInputSize</c>); 0 for no limit.</summary>
    public long MaxInputSize { get; init; }

    /// <summary>Most refs that one push may move (<c>receive.maxUpdates</c>).</summary>
    public int MaxUpdates { get; init; } = DefaultMaxUpdates;

    /// <summary>Most refs that pushes may make the repository have (<c>receive.maxRefs</c>).</summary>
    public int MaxRefs { get; init; } = DefaultMaxRefs;

    /// <summary>What images that come may hold.</summary>
    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>
    /// Whether whoever fetches on this machine, as the same user, may take packs over as they are: the repository is that user's, and lacks
    /// no contents.
    /// </summary>
    public bool SharesPacks { get; init; }

    /// <summary>Called between the steps of a push, with the name of the next one: tests let others do their worst there.</summary>
    internal Action<string> Step { get; init; } = _ => { };

    /// <summary>Called when the service is disposed.</summary>
    public Action? Close { get; init; }
}
