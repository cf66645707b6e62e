using Mig.Core;
using Mig.Core.Host;

namespace Mig.Images.Sessions;

/// <summary>
/// Says of each block of a disk where it is: below, nowhere because it is zero, or in a layer. In memory, a byte for each block of the
/// regions that were written; on disk the same, each byte with its complement behind it, as it was at the last <see cref="Save"/>. So a
/// byte that was damaged shows, and a page that was written in part is still right, block by block. For many threads.
/// </summary>
/// <param name="file">Two bytes for each block, mostly a hole; owned.</param>
/// <param name="length">Bytes of the disk.</param>
internal sealed class BlockMap(HostFile file, long length) : IDisposable
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 4096;

    /// <summary>The block is that of the disk below.</summary>
    public const byte Below = 0;

    /// <summary>The block is all zeros.</summary>
    public const byte Zero = 1;

    /// <summary>The block is in the first layer; the numbers behind it are the other layers.</summary>
    public const byte FirstLayer = 2;

    /// <summary>Most layers that a map can name.</summary>
    public const int MostLayers = byte.MaxValue - FirstLayer + 1;

    /// <summary>Blocks of a page of the map, the unit in which it is kept and saved.</summary>
    public const int PageBlocks = PageBytes / BytesPerBlock;

    private const int BytesPerBlock = 2;
    private const int PageBytes = 4096; // what a file system writes and leaves out as one
    private const long PageSpan = (long)PageBlocks * BlockSize;

    private readonly byte[]?[] _pages = new byte[]?[(length + PageSpan - 1) / PageSpan];
    private readonly HashSet<long> _changed = [];
    private readonly Lock _gate = new();

    /// <summary>Bytes of the map of a disk.</summary>
    public static long SizeOf(long diskLength) => CountBlocks(diskLength) * BytesPerBlock;

    /// <summary>Bytes of a disk that a map of a size is for, or up to a block less.</summary>
    public static long DiskLengthOf(long size) => size / BytesPerBlock * BlockSize;

    /// <summary>Reads what was saved.</summary>
    /// <param name="layerCount">Layers that there are.</param>
    /// <exception cref="CorruptStoreException">SESS-001: it is damaged, names a layer that there is not, or is too short.</exception>
    public void Load(int layerCount)
    {
        long size = SizeOf(length);
        if (file.Length != size)
            throw new CorruptStoreException("SESS-001", $"{file.Path} has {file.Length} bytes, {size} needed for its disk");
        foreach (ByteRange stored in FileSource.Of(file, size).GetStoredRanges(new ByteRange(0, size)))
        {
            for (long page = stored.Offset / PageBytes; page * PageBytes < stored.End; page++)
                _pages[page] ??= ReadPage(page, layerCount);
        }
    }

    /// <summary>Says where a block is, and up to where those behind it are in the same place.</summary>
    /// <param name="block">The block's number.</param>
    /// <param name="end">The first block that does not matter.</param>
    public (byte Place, long End) Find(long block, long end)
    {
        long at = block;
        byte place = Get(block);
        while (at < end)
        {
            byte[]? page = Volatile.Read(ref _pages[at / PageBlocks]);
            long pageEnd = Math.Min(end, ((at / PageBlocks) + 1) * PageBlocks);
            if (page is null)
            {
                if (place != Below)
                    break;
                at = pageEnd;
                continue;
            }

            int start = (int)(at % PageBlocks);
            int other = page.AsSpan(start, (int)(pageEnd - at)).IndexOfAnyExcept(place);
            at += other < 0 ? pageEnd - at : other;
            if (other >= 0)
                break;
        }

        return (place, at);
    }

    public byte Get(long block) => Volatile.Read(ref _pages[block / PageBlocks]) is { } page ? Volatile.Read(ref page[block % PageBlocks])
        : Below;

    /// <summary>Makes sure that places in a range can be set and saved: the room on disk is taken.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public void Reserve(long block, long end)
    {
        for (long page = block / PageBlocks; page * PageBlocks < end; page++)
        {
            if (Volatile.Read(ref _pages[page]) is not null)
                continue;
            lock (_gate)
            {
                if (_pages[page] is not null)
                    continue;
                byte[] empty = new byte[PageBlocks];
                WritePage(page, empty.AsSpan(0, PageSize(page)));
                Volatile.Write(ref _pages[page], empty);
            }
        }
    }

    /// <summary>Sets the place of blocks that were reserved.</summary>
    public void Set(long block, long end, byte place)
    {
        lock (_gate)
        {
            for (; block < end; block++)
            {
                byte[] page = _pages[block / PageBlocks]!;
                if (page[block % PageBlocks] == place)
                    continue;
                Volatile.Write(ref page[block % PageBlocks], place);
                _changed.Add(block / PageBlocks);
            }
        }
    }

    /// <summary>Makes the places durable that are set now; what they lead to is made durable before they are written.</summary>
    /// <param name="sync">Makes the contents durable.</param>
    public void Save(Action sync)
    {
        List<(long Page, byte[] Bytes)> pages;
        lock (_gate)
        {
            pages = [.. _changed.Select(page => (page, _pages[page]![..PageSize(page)]))];
            _changed.Clear();
        }

        try
        {
            sync();
            foreach ((long page, byte[] bytes) in pages)
                WritePage(page, bytes);
            if (pages.Count > 0)
                file.Sync();
        }
        catch
        {
            lock (_gate)
                _changed.UnionWith(pages.Select(page => page.Page));
            throw;
        }
    }

    /// <summary>Counts the blocks that stand in layers.</summary>
    public long CountStored()
    {
        long count = 0;
        foreach (byte[]? page in _pages)
            count += page is null ? 0 : PageBlocks - page.AsSpan().Count(Below) - page.AsSpan().Count(Zero);
        return count;
    }

    public void Dispose() => file.Dispose();

    private static long CountBlocks(long diskLength) => (diskLength + BlockSize - 1) / BlockSize;

    private int PageSize(long page) => (int)Math.Min(PageBlocks, CountBlocks(length) - (page * PageBlocks));

    private void WritePage(long page, ReadOnlySpan<byte> places)
    {
        Span<byte> pairs = stackalloc byte[PageBytes];
        for (int i = 0; i < places.Length; i++)
            (pairs[BytesPerBlock * i], pairs[(BytesPerBlock * i) + 1]) = (places[i], (byte)~places[i]);
        file.Write(pairs[..(BytesPerBlock * places.Length)], page * PageBytes);
    }

    /// <returns>Null for a page that was never written.</returns>
    private byte[]? ReadPage(long page, int layerCount)
    {
        Span<byte> pairs = stackalloc byte[PageBytes];
        pairs = pairs[..(BytesPerBlock * PageSize(page))];
        file.Read(pairs, page * PageBytes);
        if (ZeroBytes.IsZero(pairs))
            return null;
        byte[] places = new byte[PageBlocks];
        for (int i = 0; i < pairs.Length; i += BytesPerBlock)
        {
            (byte place, byte complement) = (pairs[i], pairs[i + 1]);
            if (place != (byte)~complement)
                throw new CorruptStoreException("SESS-001",
                    $"{file.Path}, offset {(page * PageBytes) + i}: {place:X2} {complement:X2} found, a byte and its complement allowed: "
                    + $"the map is damaged, and where {BlockSize} bytes of the disk are is not known; 'mig session discard' removes the "
                    + "session");
            if (place > FirstLayer + layerCount - 1)
                throw new CorruptStoreException("SESS-001", $"{file.Path}, offset {(page * PageBytes) + i}: it names layer "
                    + $"{place - FirstLayer + 1}, there are {layerCount}");
            places[i / BytesPerBlock] = place;
        }

        return places;
    }
}
