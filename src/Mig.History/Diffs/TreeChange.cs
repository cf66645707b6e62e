using Mig.History.Trees;

namespace Mig.History.Diffs;

/// <summary>An entry that differs between two trees.</summary>
/// <param name="Path">Where it stands, in the later version unless it was removed; without a slash at either end, empty for the
/// root.</param>
/// <param name="Before">What was there; null when it was added. Hard links are followed to the entry that has the content.</param>
/// <param name="After">What is there; null when it was removed.</param>
/// <param name="Kinds">In what they differ.</param>
/// <param name="OldPath">Where a renamed file stood.</param>
public sealed record TreeChange(
    ReadOnlyMemory<byte> Path, TreeEntry? Before, TreeEntry? After, ChangeKinds Kinds, ReadOnlyMemory<byte>? OldPath = null)
{
    /// <summary>The entry that there is: the later one, if there are both.</summary>
    public TreeEntry Entry => After ?? Before!;

    /// <summary>Whether the entry is as it was but for its metadata.</summary>
    public bool IsMetadataOnly => (Kinds & ~ChangeKinds.Metadata) == 0;
}
