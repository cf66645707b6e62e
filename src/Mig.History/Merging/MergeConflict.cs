using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>A path that both sides changed in ways that do not fit together.</summary>
/// <param name="Path">From the volume's root, without a slash at either end.</param>
/// <param name="Reason">In one sentence without a full stop.</param>
/// <param name="Base">What both come from; null when there is nothing.</param>
/// <param name="Ours">What we have; null when that is nothing.</param>
/// <param name="Theirs">What they have; null when that is nothing.</param>
public sealed record MergeConflict(
    ReadOnlyMemory<byte> Path, MergeConflictKind Kind, string Reason, TreeEntry? Base, TreeEntry? Ours, TreeEntry? Theirs)
{
    /// <summary>
    /// The entry with all that could be merged; its content, if it is a text, has both sides between marks. Null when there is no such
    /// thing.
    /// </summary>
    public TreeEntry? Merged { get; init; }

    /// <summary>Whether no side decides it: see <see cref="ContentMerge.IsClash"/>.</summary>
    public bool IsClash { get; init; }

    /// <summary>What each side did, as sentences that lack their subject, where the entries do not show it.</summary>
    public (string Ours, string Theirs)? Deeds { get; init; }

    /// <summary>The other path, where a file was renamed.</summary>
    public ReadOnlyMemory<byte>? OtherPath { get; init; }
}
