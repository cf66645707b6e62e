using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Diffs.Text;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Versions.Compare;

/// <summary>
/// The contents of changed files, to be compared line by line. All are read at once, in the order in which they lie in the store; what is
/// text is held in memory, or in a temporary file when it is much.
/// </summary>
public sealed class ChangedTexts : IDisposable
{
    /// <summary>Larger files are not compared by lines: the lines of both are held in memory.</summary>
    public const long MaxSize = 16 << 20;

    private const long MaxHeld = 32 << 20;

    private readonly ConcurrentDictionary<ObjectId, byte[]> _held = [];
    private readonly ConcurrentDictionary<ObjectId, (long Offset, int Length)> _spooled = [];
    private readonly Lazy<SafeFileHandle> _spool = new(OpenSpool);
    private long _heldBytes;
    private long _spooledBytes;

    private ChangedTexts()
    {
    }

    /// <summary>Reads what the changes need.</summary>
    public static ChangedTexts Load(
        IContentSource objects, IEnumerable<TreeChange> changes, int parallelism, CancellationToken cancellation = default)
    {
        var texts = new ChangedTexts();
        try
        {
            texts.Read(objects, [.. Wanted(changes)], parallelism, cancellation);
            return texts;
        }
        catch
        {
            texts.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Fetches what <see cref="Load"/> will read of many comparisons and a partial clone has left at its remote, in two calls.
    /// </summary>
    public static void Fetch(Repository repository, IEnumerable<TreeChange> changes)
    {
        ArgumentNullException.ThrowIfNull(repository);
        IContentSource objects = repository.Store;
        List<(TreeEntry File, BlobId Start)> wanted =
            [.. Wanted(changes).Select(file => (file, StartOf(objects, file))).Where(item => !item.Item2.Value.IsNull)];
        objects.Prefetch(wanted.Select(item => item.Start));
        objects.Prefetch(wanted.Where(item => item.File.List is not null && !TextLines.IsBinary(objects.ReadBlob(item.Start)))
            .SelectMany(item => FileContents.BlobsOf(objects, item.File)));
    }

    /// <summary>
    /// Returns the content of a file, the target of a symbolic link, or nothing for what has no content; null when it is binary or too
    /// large.
    /// </summary>
    public ReadOnlyMemory<byte>? Find(TreeEntry? entry)
    {
        if (entry?.Type == TreeEntryType.SymbolicLink)
            return entry.LinkTarget;
        if (entry is not { Type: TreeEntryType.File, Size: > 0 })
            return default(ReadOnlyMemory<byte>);
        if (entry.Sha256 is not { } sha256)
            return null;
        if (_held.TryGetValue(sha256, out byte[]? bytes))
            return bytes;
        if (!_spooled.TryGetValue(sha256, out (long Offset, int Length) place))
            return null;
        bytes = GC.AllocateUninitializedArray<byte>(place.Length);
        RandomAccess.Read(_spool.Value, bytes, place.Offset);
        return bytes;
    }

    public void Dispose()
    {
        if (_spool.IsValueCreated)
            _spool.Value.Dispose();
    }

    // A file that only moved, or whose metadata changed, is told without its lines.
    private static IEnumerable<TreeEntry> Wanted(IEnumerable<TreeChange> changes)
    {
        var seen = new HashSet<ObjectId>();
        foreach (TreeChange change in changes.Where(change =>
            (change.Kinds & (ChangeKinds.Added | ChangeKinds.Removed | ChangeKinds.Content | ChangeKinds.Type)) != 0))
        {
            if (change.Before is { Type: TreeEntryType.File, Size: > 0 and <= MaxSize, Sha256: { } before } && seen.Add(before))
                yield return change.Before;
            if (change.After is { Type: TreeEntryType.File, Size: > 0 and <= MaxSize, Sha256: { } after } && seen.Add(after))
                yield return change.After;
        }
    }

    // The first chunk tells whether a large file is text.
    private void Read(IContentSource objects, List<TreeEntry> files, int parallelism, CancellationToken cancellation)
    {
        var large = new ConcurrentBag<TreeEntry>();
        List<(TreeEntry File, BlobId Start)> wanted =
            [.. files.Select(file => (file, StartOf(objects, file))).Where(item => !item.Item2.Value.IsNull)];
        objects.ReadBlobs(
            [.. wanted.Select(item => item.Start)],
            parallelism,
            (i, bytes) =>
            {
                if (TextLines.IsBinary(bytes))
                    return;
                if (wanted[i].File.List is null)
                    Keep(wanted[i].File.Sha256!.Value, bytes);
                else
                    large.Add(wanted[i].File);
            },
            cancellation);
        var contents = new FileContents(objects, parallelism);
        contents.Prefetch(large);
        foreach (TreeEntry file in large)
        {
            using var content = new MemoryStream((int)file.Size);
            contents.Copy(file, content, cancellation);
            Keep(file.Sha256!.Value, content.GetBuffer().AsSpan(0, (int)content.Length));
        }
    }

    // A file that begins with a hole is binary: its zeros say so.
    private static BlobId StartOf(IContentSource objects, TreeEntry file)
    {
        if (file.List is not { } list)
            return new BlobId(file.Sha256!.Value);
        Chunk first = ChunkList.ReadChunks(objects, list).First();
        return first.IsHole ? default : first.Blob;
    }

    private void Keep(in ObjectId sha256, ReadOnlySpan<byte> text)
    {
        if (Interlocked.Add(ref _heldBytes, text.Length) <= MaxHeld)
        {
            _held[sha256] = text.ToArray();
            return;
        }

        long offset = Interlocked.Add(ref _spooledBytes, text.Length) - text.Length;
        RandomAccess.Write(_spool.Value, text, offset);
        _spooled[sha256] = (offset, text.Length);
    }

    private static SafeFileHandle OpenSpool() =>
        File.OpenHandle(Path.Combine(Path.GetTempPath(), $"mig-diff-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite,
            FileShare.None, FileOptions.DeleteOnClose);
}
