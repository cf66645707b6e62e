using System.Collections.Concurrent;
using System.Security.Cryptography;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.History.Trust;

/// <summary>
/// Holds the content of a large file to the SHA-256 that its directory gives, before any of it is given away whole: its chunks are right
/// one by one, but a list that was received may name any chunks. What was cut here is known to be right, and not read for this. For several
/// threads.
/// </summary>
/// <param name="hashed">Lists whose chunks were seen to make what the list says; they are not read again.</param>
public sealed class ListCheck(IContentSource contents, IReadOnlySet<ListId>? hashed = null)
{
    /// <summary>The code of the error that says that a content is not what its directory says.</summary>
    public const string DifferentCode = "OBJ-010";

    private readonly ConcurrentDictionary<(long Size, ObjectId? Sha256, ListId List), bool> _checked = [];
    private readonly Lazy<ProvenLists> _proven = new(() => FolderOf(contents) is { } folder ? ProvenLists.Read(folder) : ProvenLists.None);

    /// <summary>Checks a file, once.</summary>
    /// <exception cref="CorruptStoreException">OBJ-010: its content is not what its directory says.</exception>
    public void Require(TreeEntry entry, CancellationToken cancellation = default)
    {
        if (entry is { List: null, Size: 0, Sha256: { } ofNothing } && ofNothing != Empty)
            throw Differs(entry, "it is empty");
        if (entry.List is not { } list || IsKnown(entry))
            return;
        ChunkList head = ChunkList.Read(contents, list);
        if (head.Size != entry.Size || head.Sha256 != entry.Sha256)
            throw Differs(entry, $"its list says {head.Size} bytes and {Text(head.Sha256)}");
        if (entry.Sha256 is not null && hashed?.Contains(list) != true)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            new ContentReader(contents).Read(list, bytes =>
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(bytes);
            });
            Compare(entry, ObjectId.Finish(hash));
        }

        _checked[KeyOf(entry)] = true;
    }

    /// <summary>Checks a file whose whole content is at hand.</summary>
    /// <exception cref="CorruptStoreException">OBJ-010: it is not what its directory says.</exception>
    public void Require(TreeEntry entry, ReadOnlySpan<byte> content)
    {
        if (entry.List is not null && entry.Sha256 is not null && !IsKnown(entry))
            Compare(entry, ObjectId.Of(content));
    }

    /// <summary>Checks many files on several threads.</summary>
    /// <exception cref="CorruptStoreException">OBJ-010: the content of one is not what its directory says.</exception>
    public void Require(IEnumerable<TreeEntry> entries, int parallelism, CancellationToken cancellation) =>
        ParallelWork.ForEach(entries, parallelism, entry => Require(entry, cancellation), cancellation);

    private static ObjectId Empty { get; } = ObjectId.Of([]);

    private static string? FolderOf(IContentSource contents) => contents switch
    {
        ObjectStore store => store.Folder,
        ScratchStore scratch => scratch.Below?.Folder,
        _ => null,
    };

    private static (long Size, ObjectId? Sha256, ListId List) KeyOf(TreeEntry entry) => (entry.Size, entry.Sha256, entry.List!.Value);

    /// <summary>Tells whether nothing has to be read to know what a content is.</summary>
    public bool IsKnown(TreeEntry entry) =>
        entry.List is null || _checked.ContainsKey(KeyOf(entry))
            || (entry.Sha256 is { } sha256 && _proven.Value.TryFind(entry.Size, sha256, out ListId list) && list == entry.List);

    private static void Compare(TreeEntry entry, in ObjectId actual)
    {
        if (entry.Sha256 != actual)
            throw Differs(entry, $"its chunks make {actual}");
    }

    private static CorruptStoreException Differs(TreeEntry entry, string found) => new(
        DifferentCode,
        $"a file of {entry.Size} bytes is said to have the content "
            + $"{Text(entry.Sha256)}{(entry.List is { } list ? $" in list {list}" : "")}: {found}; whoever made this version made it up, "
            + "or damaged it: run mig fsck");

    private static string Text(ObjectId? sha256) => sha256?.ToString() ?? "no hash";
}
