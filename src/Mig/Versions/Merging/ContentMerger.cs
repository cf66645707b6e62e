using System.Collections.Concurrent;
using System.Text;
using Mig.Core;
using Mig.History.Diffs.Text;
using Mig.History.Merging;
using Mig.History.Merging.Text;
using Mig.History.Trees;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>
/// Merges the contents of files: those of the machine by what they mean, texts by lines, others not at all. Each merge of the same contents
/// is done once, however many versions need it. For several threads.
/// </summary>
internal sealed class ContentMerger(MergeContents contents)
{
    private const long MaxSize = 64 << 20;
    private const long MaxTextSize = 16 << 20;

    private readonly ConcurrentDictionary<(
        string Path, ObjectId? Before, ObjectId? Ours, ObjectId? Theirs, MergeSide? Favored, string Sides), ContentMerge> _done = [];

    /// <param name="favoredLines">Whose lines are taken where texts are in conflict.</param>
    /// <param name="favoredEntries">Whose entries are taken where tables are, and whose file where a rule would decide between two.</param>
    /// <param name="sides">What entries of tables must agree with.</param>
    public ContentMerge Merge(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs, MergeSide? favoredLines,
        MergeSide? favoredEntries, MachineSides sides)
    {
        string name = Encoding.Latin1.GetString(path.Span);
        if (GeneratedFiles.IsIdentity(name))
        {
            bool isNamed = favoredEntries == MergeSide.Theirs && favoredLines is null;
            return new ContentMerge(isNamed ? theirs : ours,
                Note: $"{ChangedOrAdded(before)} on both sides: it says which machine this is, so that from "
                + $"{(isNamed ? "there" : "here")} was taken");
        }

        if (GeneratedFiles.FindMaker(name) is { } maker)
        {
            // A side that was named for the path decides; one that was named for all conflicts does not, for this is none.
            bool isTheirs = favoredEntries is { } side && favoredLines is null ? side == MergeSide.Theirs
                : theirs.ModifiedTime > ours.ModifiedTime;
            string which = favoredEntries is not null && favoredLines is null ? "that" : "the newer one,", advice = maker.Length > 0
                ? $"; '{maker}' in the machine makes it anew" : "";
            return new ContentMerge(isTheirs ? theirs : ours,
                Note: $"{ChangedOrAdded(before)} on both sides: {which} from "
                + $"{(isTheirs ? "there" : "here")}{(which == "that" ? "" : ",")} was taken{advice}");
        }

        // Only what merges by path depends on it.
        MachineTables.Merge? table = MachineTables.Find(name);
        MergeSide? favored = table is null ? favoredLines : favoredEntries;
        return _done.GetOrAdd(
            (table is null ? "" : name, before?.Sha256, ours.Sha256, theirs.Sha256, favored, table is null ? "" : sides.Signature),
            _ => MergeContent(name, before, ours, theirs, favored, table, sides));
    }

    private ContentMerge MergeContent(string name, TreeEntry? before, TreeEntry ours, TreeEntry theirs, MergeSide? favored,
        MachineTables.Merge? table, MachineSides sides)
    {
        long largest = Math.Max(before?.Size ?? 0, Math.Max(ours.Size, theirs.Size));
        if (largest > (table is not null ? MaxSize : MaxTextSize))
            return new ContentMerge(null, $"{ChangedOrAdded(before)} on both sides, and too large to be merged ({largest} bytes)");
        byte[] old = before is null ? [] : contents.Read(before, name, MaxSize), left = contents.Read(ours, name, MaxSize),
            right = contents.Read(theirs, name, MaxSize);
        bool isBinary = TextLines.IsBinary(old) || TextLines.IsBinary(left) || TextLines.IsBinary(right);
        if (isBinary && !MachineTables.IsBinary(name))
            return new ContentMerge(null, $"{ChangedOrAdded(before)} on both sides, and no text");
        if (table is not null)
        {
            MergedText merged = table(old, left, right, favored, sides);
            string? problem = merged.Conflict is null ? merged.Clash : merged.Clash is null ? merged.Conflict
                : $"{merged.Conflict}; {merged.Clash}";
            return new ContentMerge(isBinary && problem is not null ? null : contents.Add(merged.Text), problem,
                merged.Note)
            { IsClash = merged.Clash is not null };
        }

        TextMergeResult text = TextMerge.Merge(old, left, right, TextMergeOptions.Default with { Favored = favored });
        string? conflict = text.Conflicts == 0 ? null : before is null ? "added on both sides, not alike"
            : "both sides changed the same lines";
        return new ContentMerge(contents.Add(text.Text), conflict);
    }

    private static string ChangedOrAdded(TreeEntry? before) => before is null ? "added" : "changed";
}
