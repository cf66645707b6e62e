using System.Collections.Immutable;
using Mig.History.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Machines.Merging;

/// <summary>What the entries of a machine's tables must agree with.</summary>
internal sealed record MachineSides(
    PackageSides Packages, AccountSides Accounts, AlternativeSides Alternatives, ListSides Lists, PathOwners Ours, PathOwners Theirs)
{
    /// <summary>The files of our side; null when nobody asks.</summary>
    public SideFiles? OurFiles { get; init; }

    /// <summary>Files that our packages moved away.</summary>
    public IReadOnlyDictionary<string, string> OurMoves { get; init; } = ImmutableDictionary<string, string>.Empty;

    public IReadOnlyDictionary<string, string> TheirMoves { get; init; } = ImmutableDictionary<string, string>.Empty;

    public static MachineSides None { get; } =
        new(PackageSides.None, AccountSides.None, AlternativeSides.None, ListSides.None, PathOwners.None, PathOwners.None);

    /// <summary>The paths that one of them has an answer for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Paths => Packages.Paths.Concat(Accounts.Paths).Concat(Alternatives.Paths).Concat(Lists.Paths);

    /// <summary>What packages of a side own, and owned before.</summary>
    public PathOwners Owners(MergeSide side) => side == MergeSide.Ours ? Ours : Theirs;

    /// <summary>Equal for what merges alike.</summary>
    public string Signature => $"{Packages.Signature}\n{Accounts.Signature}";
}
