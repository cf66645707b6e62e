using System.Text;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Machines.Merging.Packages;

namespace Mig.Versions.Merging;

/// <summary>What a merge of one volume goes by: what its files mean, and what the user chose.</summary>
/// <param name="prefix">Of the volume, as paths begin with it.</param>
internal sealed class MergePolicy(ContentMerger merger, MergeContents contents, MachineSides sides, MergeChoices choices, string prefix)
    : IMergePolicy
{
    private int _renumbered;

    public IEnumerable<ReadOnlyMemory<byte>> SidedPaths => sides.Paths;

    public MergeDecision? Decide(ReadOnlyMemory<byte> path) => sides.Alternatives.Find(path.Span) ?? sides.Lists.Find(path.Span);

    public bool IsAlwaysMerged(ReadOnlyMemory<byte> path) => Encoding.Latin1.GetString(path.Span) is var name
        && (sides.Packages.DecidesEntriesOf(name) || (sides.Accounts.Decides && AccountFile.Find(name) is not null));

    public IEnumerable<MergeContest> Contests => sides.Packages.Contests;

    public IEnumerable<MergeNote> Notes => _renumbered == 0 ? sides.Packages.Notes
        : sides.Packages.Notes.Append(
            new MergeNote("etc/passwd"u8.ToArray(),
            $"{(_renumbered == 1 ? "1 file of a user or group" : $"{_renumbered} files of users or groups")} whose number the other side "
            + "changed got the new one"));

    public bool Renumbers(MergeSide side) => sides.Accounts.Moves(Other(side)).HasNumbers;

    public TreeEntry Renumber(MergeSide side, TreeEntry? before, TreeEntry after)
    {
        TreeEntry now = sides.Accounts.Moves(Other(side)).Apply(before, after);
        if (now != after)
            _renumbered++;
        return now;
    }

    // A side that was chosen for a path takes a text as a whole, and of a table the entries in conflict alone: the others belong to files
    // that both sides have.
    public ContentMerge MergeContent(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs)
    {
        if (GeneratedFiles.FindOriginal(Encoding.Latin1.GetString(path.Span)) is { } original)
        {
            return sides.OurFiles?.Find(original) is { Type: TreeEntryType.File } entry
                ? new ContentMerge(
                    entry, Note: $"a copy from before the last change: /{original} as it was here before this merge was taken")
                : new ContentMerge(theirs.ModifiedTime > ours.ModifiedTime ? theirs : ours);
        }

        MergeSide? side = choices.SideOf(MergeConflictPath.Of(prefix, path.Span));
        return merger.Merge(path, before, ours, theirs, side == choices.Favored ? side : null, side, sides);
    }

    public MergeSide? SideOf(ReadOnlyMemory<byte> path) => sides.Packages.SideOfPath(path.Span);

    public bool IsRename(MergeSide side, ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> now) =>
        sides.Owners(side).IsRename(old.Span, now.Span);

    public IReadOnlyDictionary<string, string> Moves(MergeSide side) => side == MergeSide.Ours ? sides.OurMoves : sides.TheirMoves;

    public MergeResolution? Resolve(MergeConflict conflict)
    {
        string path = MergeConflictPath.Of(prefix, conflict.Path.Span);
        if (conflict.Kind != MergeConflictKind.Package && choices.Contents.TryGetValue(path, out byte[]? content))
        {
            if (sides.Packages.HasStrangers && PackageSides.IsTable(Encoding.Latin1.GetString(conflict.Path.Span)))
                return null;
            if (conflict is { IsClash: true, Ours: { } ours, Theirs: { } theirs }
                && FindClash(conflict.Path, content, ours, theirs) is not null)
                return null;
            TreeEntry made = contents.Add(content);
            TreeEntry like = conflict.Merged ?? conflict.Ours ?? conflict.Theirs ?? made with { Mode = 0x1A4 };
            return new MergeResolution(null,
                like with { Type = TreeEntryType.File, Size = made.Size, Sha256 = made.Sha256, List = null, LinkTarget = default });
        }

        return !conflict.IsClash && choices.SideOf(path) is { } side ? new MergeResolution(side) : null;
    }

    private string? FindClash(ReadOnlyMemory<byte> path, byte[] merged, TreeEntry ours, TreeEntry theirs)
    {
        string name = Encoding.Latin1.GetString(path.Span);
        return MachineTables.FindClash(
            name, merged, contents.Read(ours, name, long.MaxValue), contents.Read(theirs, name, long.MaxValue), sides);
    }

    private static MergeSide Other(MergeSide side) => side == MergeSide.Ours ? MergeSide.Theirs : MergeSide.Ours;
}
