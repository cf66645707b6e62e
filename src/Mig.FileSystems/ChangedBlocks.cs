using Mig.Core;

namespace Mig.FileSystems;

/// <summary>
/// The blocks of metadata that a writer has changed, in memory until they are committed, and what it has read lately. An operation can be
/// undone: the first change of each block keeps what was there before. One thread changes; as long as it does not, several may read.
/// </summary>
/// <param name="target">Not owned.</param>
/// <param name="blockSize">Bytes in a block, the unit that is kept and written.</param>
/// <param name="blockCount">Blocks that the file system covers.</param>
internal class ChangedBlocks(IByteTarget target, int blockSize, long blockCount)
{
    private const long MaxCleanBytes = 32 << 20;

    private readonly Dictionary<long, Entry> _entries = [];
    private readonly Lock _gate = new(); // of the entries, where several threads read
    private readonly List<Undo> _undo = [];
    private int _dirtyCount;
    private int _operation;

    public int BlockSize { get; } = blockSize;

    /// <summary>Whether there is anything to commit.</summary>
    public bool HasChanges => _dirtyCount > 0;

    /// <summary>
    /// Begins an operation: what is changed from now on can be undone together. No span of an earlier one may be used any more.
    /// </summary>
    public void Begin()
    {
        _operation++;
        _undo.Clear();
        if ((_entries.Count - _dirtyCount) * (long)BlockSize > MaxCleanBytes)
        {
            foreach (long block in _entries.Where(static pair => !pair.Value.IsDirty).Select(static pair => pair.Key).ToList())
                _entries.Remove(block);
        }
    }

    /// <summary>Undoes all changes since <see cref="Begin"/>.</summary>
    public void Rollback()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
        {
            Undo undo = _undo[i];
            if (undo.Before is null)
                _entries.Remove(undo.Block);
            else
                _entries[undo.Block] = new Entry(undo.Before) { IsDirty = undo.WasDirty };
        }

        _undo.Clear();
        _dirtyCount = _entries.Values.Count(static entry => entry.IsDirty);
    }

    /// <summary>Returns a block to read.</summary>
    public byte[] Get(long block) => Load(block).Bytes;

    /// <summary>Returns a block to change. It stays the same array for the rest of the operation.</summary>
    public byte[] Edit(long block)
    {
        Entry entry = Load(block);
        Save(block, entry);
        MarkDirty(entry);
        return entry.Bytes;
    }

    /// <summary>Returns a new block of zeros to fill; what the volume has there does not matter.</summary>
    public byte[] Create(long block)
    {
        Check(block);
        if (_entries.TryGetValue(block, out Entry? entry))
        {
            Save(block, entry);
        }
        else
        {
            _undo.Add(new Undo(block, null, false));
            entry = new Entry(new byte[BlockSize]) { SavedIn = _operation };
            _entries.Add(block, entry);
        }

        MarkDirty(entry);
        Array.Clear(entry.Bytes);
        return entry.Bytes;
    }

    /// <summary>Forgets what is known of blocks that are free or hold the content of a file from now on.</summary>
    public void Forget(long block, long count)
    {
        for (long end = block + count; block < end; block++)
        {
            if (!_entries.Remove(block, out Entry? entry) || !entry.IsDirty)
                continue;
            _undo.Add(new Undo(block, entry.Bytes, true));
            _dirtyCount--;
        }
    }

    /// <summary>Writes the content of a file into blocks that were just allocated.</summary>
    public void WriteContent(long offset, ReadOnlySpan<byte> bytes) => target.Write(offset, bytes);

    /// <summary>Makes blocks that were just allocated read as zeros.</summary>
    public void ZeroContent(ByteRange range) => target.Zero(range);

    /// <summary>Writes all changed blocks to the target, ascending, and flushes it.</summary>
    public void Commit()
    {
        _undo.Clear();
        foreach ((long block, Entry entry) in _entries.Where(static pair => pair.Value.IsDirty).OrderBy(static pair => pair.Key))
        {
            target.Write(block * BlockSize, entry.Bytes);
            entry.IsDirty = false;
        }

        _dirtyCount = 0;
        target.Flush();
    }

    /// <summary>Reads any range as it is with all changes, without keeping it.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return;
        target.ReadExactly(offset, destination);
        if (_dirtyCount == 0)
            return;
        var range = new ByteRange(offset, destination.Length);
        for (long block = offset / BlockSize; block * BlockSize < range.End; block++)
        {
            Entry? entry;
            lock (_gate)
                entry = _entries.GetValueOrDefault(block);
            if (entry is not { IsDirty: true })
                continue;
            ByteRange part = range.Intersect(new ByteRange(block * BlockSize, BlockSize));
            entry.Bytes.AsSpan((int)(part.Offset % BlockSize), (int)part.Length).CopyTo(destination[(int)(part.Offset - offset)..]);
        }
    }

    private Entry Load(long block)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(block, out Entry? entry))
                return entry;
        }

        Check(block);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(BlockSize);
        target.ReadExactly(block * BlockSize, bytes);
        lock (_gate)
        {
            if (_entries.TryGetValue(block, out Entry? other))
                return other; // another thread read it meanwhile
            var entry = new Entry(bytes);
            _entries.Add(block, entry);
            return entry;
        }
    }

    private void Save(long block, Entry entry)
    {
        if (entry.SavedIn == _operation)
            return;
        entry.SavedIn = _operation;
        _undo.Add(new Undo(block, [.. entry.Bytes], entry.IsDirty));
    }

    private void MarkDirty(Entry entry)
    {
        if (!entry.IsDirty)
            _dirtyCount++;
        entry.IsDirty = true;
    }

    private void Check(long block)
    {
        // Whoever takes a block number from the volume has checked it: this is the last line of defence.
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, blockCount);
    }

    private sealed class Entry(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;

        public bool IsDirty { get; set; }

        /// <summary>The operation that has kept what was there before it.</summary>
        public int SavedIn { get; set; }
    }

    private readonly record struct Undo(long Block, byte[]? Before, bool WasDirty);
}
