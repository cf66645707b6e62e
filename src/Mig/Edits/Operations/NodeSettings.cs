using Mig.Core;
using Mig.Edits.Accounts;

namespace Mig.Edits.Operations;

/// <summary>What a change says about metadata. What is null stays as it is, or takes the default of a new node.</summary>
public sealed record NodeSettings
{
    public static NodeSettings None { get; } = new();

    public ModeChange? Mode { get; init; }

    public OwnerName? Owner { get; init; }

    public Timestamp? ModifiedTime { get; init; }
}
