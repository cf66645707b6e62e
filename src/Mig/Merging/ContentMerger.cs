using System.Collections.Concurrent;
using System.Text;
using Mig.Core;
using Mig.History.Diffs.Text;
using Mig.History.Merging;
using Mig.History.Merging.Text;
using Mig.History.Trees;
using Mig.Merging.Machines;

namespace Mig.Merging;

/// <summary>
/// Merges the contents of files: those of the machine by what they mean, texts by lines, others not at all. Each merge of the same contents is done once, however many versions need it.
/// For several threads.
/// </summary>
internal sealed class ContentMerger(MergeContents contents)
{
    private const long MaxSize = 64 << 20;
    private const long MaxTextSize = 16 << 20;

    private readonly ConcurrentDictionary<(string Path, ObjectId? Before, ObjectId? Ours, ObjectId? Theirs, MergeSide? Favored, string Sides), ContentMerge> _done = [];

    /// <param name="favored">Whose lines are taken where texts are in conflict.</param>
    /// <param name="packages">Whose package is taken, where both sides have it in different versions.</param>
    public ContentMerge Merge(ReadOnlyMemory<byte> path, TreeEntry? before, TreeEntry ours, TreeEntry theirs, MergeSide? favored, PackageSides packages)
    {
        string name = Encoding.Latin1.GetString(path.Span);
        if (GeneratedFiles.FindMaker(name) is { } maker)
        {
            bool isTheirs = theirs.ModifiedTime > ours.ModifiedTime;
            string advice = maker.Length > 0 ? $"; '{maker}' in the machine makes it anew" : "";
            return new ContentMerge(isTheirs ? theirs : ours, Note: $"changed on both sides: the newer one, from {(isTheirs ? "there" : "here")}, was taken{advice}");
        }

        // Only what merges by path depends on it.
        bool isMachine = AccountFile.Find(name) is not null || StanzaFile.Is(name);
        return _done.GetOrAdd(
            (isMachine ? name : "", before?.Sha256, ours.Sha256, theirs.Sha256, favored, isMachine ? packages.Signature : ""),
            _ => MergeContent(name, before, ours, theirs, favored, packages));
    }

    private ContentMerge MergeContent(string name, TreeEntry? before, TreeEntry ours, TreeEntry theirs, MergeSide? favored, PackageSides packages)
    {
        long largest = Math.Max(before?.Size ?? 0, Math.Max(ours.Size, theirs.Size));
        AccountFile? accounts = AccountFile.Find(name);
        bool isMachine = accounts is not null || StanzaFile.Is(name);
        if (largest > (isMachine ? MaxSize : MaxTextSize))
            return new ContentMerge(null, $"changed on both sides, and too large to be merged ({largest} bytes)");
        byte[] old = before is null ? [] : contents.Read(before, name, MaxSize), left = contents.Read(ours, name, MaxSize), right = contents.Read(theirs, name, MaxSize);
        if (TextLines.IsBinary(old) || TextLines.IsBinary(left) || TextLines.IsBinary(right))
            return new ContentMerge(null, "changed on both sides, and no text");
        if (isMachine)
        {
            MergedText merged = accounts is not null ? accounts.Merge(old, left, right) : StanzaFile.Merge(old, left, right, packages.SideOfPackage);
            return new ContentMerge(contents.Add(merged.Text), merged.Conflict, merged.Note);
        }

        TextMergeResult text = TextMerge.Merge(old, left, right, TextMergeOptions.Default with { Favored = favored });
        string? conflict = text.Conflicts == 0 ? null : before is null ? "added on both sides, not alike" : "both sides changed the same lines";
        return new ContentMerge(contents.Add(text.Text), conflict);
    }
}
