using System.Collections.Concurrent;
using Mig.Core;
using Mig.History.Trees;
using Mig.History.Trust;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Machines.Merging;

/// <summary>The contents of files in a merge: those of the store, and those that merging made. For several threads.</summary>
public sealed class MergeContents(IContentSource store)
{
    private readonly ConcurrentDictionary<ObjectId, byte[]> _made = [];
    private readonly FileContents _contents = new(store, 1);
    private readonly ListCheck _check = new(store);

    public IContentSource Store => store;

    /// <summary>Keeps a content that was made.</summary>
    /// <returns>An entry that names it.</returns>
    public TreeEntry Add(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var id = ObjectId.Of(content);
        _made[id] = content;
        return new TreeEntry { Name = default, Type = TreeEntryType.File, Size = content.Length, Sha256 = id };
    }

    /// <summary>Reads a whole file into memory.</summary>
    /// <exception cref="CorruptImageException">It is larger than <paramref name="maxSize"/>.</exception>
    public byte[] Read(TreeEntry file, string path, long maxSize)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Made(file) ?? _contents.Read(file, path, maxSize);
    }

    /// <summary>Opens a file's content; holes stay holes.</summary>
    public IByteSource Open(TreeEntry file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (Made(file) is { } content)
            return new MemorySource(content);
        _check.Require(file);
        return new EntrySource(store, file);
    }

    private byte[]? Made(TreeEntry file) => file.Sha256 is { } id ? _made.GetValueOrDefault(id) : null;
}
