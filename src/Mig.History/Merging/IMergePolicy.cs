using System.Collections.Immutable;
using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>Knows what files mean, and whose side the user has chosen.</summary>
public interface IMergePolicy
{
    /// <summary>Merges the contents of a file that both sides changed, or both added.</summary>
    /// <param name="path">From the volume's root.</param>
    /// <param name="before">What both come from; null when both added it.</param>
    ContentMerge MergeContent(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs);

    /// <summary>
    /// Returns the side whose state a path gets as a whole, whoever changed it, because what belongs together must come from one side; null
    /// for most.
    /// </summary>
    MergeSide? SideOf(ReadOnlyMemory<byte> path);

    /// <summary>Returns what a path gets because of what stands elsewhere, whoever changed it; null for most.</summary>
    MergeDecision? Decide(ReadOnlyMemory<byte> path) => null;

    /// <summary>
    /// Tells whether a file's content is merged even where one side alone changed it, because other files of that side are not taken as
    /// they are.
    /// </summary>
    bool IsAlwaysMerged(ReadOnlyMemory<byte> path) => false;

    /// <summary>
    /// Returns all paths for which <see cref="SideOf"/>, <see cref="Decide"/> or <see cref="IsAlwaysMerged"/> has an answer.
    /// </summary>
    IEnumerable<ReadOnlyMemory<byte>> SidedPaths { get; }

    /// <summary>Returns the conflicts of what <see cref="SidedPaths"/> belong to.</summary>
    IEnumerable<MergeContest> Contests { get; }

    /// <summary>Returns what was decided about what <see cref="SidedPaths"/> belong to.</summary>
    IEnumerable<MergeNote> Notes { get; }

    /// <summary>
    /// Tells whether what a side has under a new name, and not under the old one any more, is the same thing; what merely looks alike is
    /// not.
    /// </summary>
    bool IsRename(MergeSide side, ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> now);

    /// <summary>
    /// Returns what a side moved though something else stands under the old name now: old path to new one, one character for each byte.
    /// </summary>
    IReadOnlyDictionary<string, string> Moves(MergeSide side) => ImmutableDictionary<string, string>.Empty;

    /// <summary>Tells whether what a side changed may belong to numbers that the other side changed.</summary>
    bool Renumbers(MergeSide side) => false;

    /// <summary>Returns what a side changed, as it belongs to users and groups that have other numbers on the other side now.</summary>
    TreeEntry Renumber(MergeSide side, TreeEntry? before, TreeEntry after) => after;

    /// <summary>Returns how a conflict was resolved by the user; null when it was not.</summary>
    MergeResolution? Resolve(MergeConflict conflict);
}
