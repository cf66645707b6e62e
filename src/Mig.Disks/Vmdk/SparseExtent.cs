using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>A file of grains (KDMV), plain or compressed, as the flat bytes that it stands for. Owns its file, and the parent.</summary>
internal sealed class SparseExtent : IByteSource
{
    private const int CachedGrainCount = 32;
    private readonly FileSource _file;
    private readonly SparseLayout _layout;
    private readonly GrainDirectory _directory;
    private readonly GrainInflater? _inflater;
    private readonly CachedGrain?[] _cache = new CachedGrain?[CachedGrainCount];
    private readonly IByteSource? _parent;
    private readonly uint _maxEmpty; // table entries up to this one have no grain

    private SparseExtent(FileSource file, SparseLayout layout, GrainDirectory directory, IByteSource? parent)
    {
        _parent = parent;
        _maxEmpty = (layout.Flags & SparseFlags.ZeroedGrains) != 0 ? GrainDirectory.ZeroedGrain : 0;
        _file = file;
        _layout = layout;
        _directory = directory;
        _inflater = layout.IsCompressed ? new GrainInflater(file, layout.GrainLength) : null;
        Length = layout.Capacity * SparseHeader.SectorSize;
    }

    public long Length { get; }

    public bool IsCompressed => _layout.IsCompressed;

    /// <summary>Opens an extent and takes over its file.</summary>
    /// <param name="parent">What shows where the extent has no grain, from the extent's start on; null for zeros.</param>
    public static SparseExtent Open(FileSource file, SparseLayout layout, IByteSource? parent, Limits limits, DiskWarnings warnings)
    {
        if (layout.DirectoryOffset == SparseHeader.DirectoryAtEnd)
            layout = SparseFooter.Read(file, layout);
        return new SparseExtent(file, layout, GrainDirectory.Load(file, layout, limits, warnings), parent);
    }

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        while (!destination.IsEmpty)
        {
            (long grain, long within) = Math.DivRem(offset, _layout.GrainLength);
            int length = (int)Math.Min(destination.Length, _layout.GrainLength - within);
            uint sector = _directory.Find(grain);
            if (sector == 0 && _parent is not null)
            {
                BackingRange.Read(_parent, offset, destination[..length]);
            }
            else if (sector <= _maxEmpty)
            {
                destination[..length].Clear();
            }
            else if (_inflater is not null)
            {
                ReadCompressed(grain, sector, (int)within, destination[..length]);
            }
            else
            {
                length = ExtendRun(grain, sector, length, destination.Length);
                ReadPlain(grain, sector, within, destination[..length]);
            }

            destination = destination[length..];
            offset += length;
        }
    }

    public IEnumerable<ByteRange> GetStoredRanges(ByteRange within)
    {
        ByteRange range = within.Intersect(new ByteRange(0, Length));
        if (range.IsEmpty)
            yield break;
        // Grains never share bytes of the file, so there cannot be more of them than fit: else a small hostile file could pass for a huge
        // disk full of data.
        long budget = (_file.Length / (IsCompressed ? SparseHeader.SectorSize : _layout.GrainLength)) + 1;
        ByteRange pending = default;
        long lastGrain = (range.End - 1) / _layout.GrainLength;
        for (long grain = range.Offset / _layout.GrainLength; grain <= lastGrain;)
        {
            long end = FindRun(grain, lastGrain + 1, out uint sector);
            if (sector > _maxEmpty)
            {
                budget -= end - grain;
                if (budget < 0)
                    throw new CorruptImageException(
                        "VMDK-019",
                        $"grain tables of {_file.Path}: more grains than the {_file.Length} bytes of the file can hold, in {range} of the "
                        + "disk");
            }

            ByteRange run = ByteRange.FromBounds(
                grain * _layout.GrainLength, end > Length / _layout.GrainLength ? Length : end * _layout.GrainLength).Intersect(range);
            foreach (ByteRange next in sector > _maxEmpty ? [run] : sector == 0 && _parent is not null ? _parent.GetStoredRanges(run) : [])
            {
                if (!pending.IsEmpty && pending.End == next.Offset)
                {
                    pending = ByteRange.FromBounds(pending.Offset, next.End);
                    continue;
                }

                if (!pending.IsEmpty)
                    yield return pending;
                pending = next;
            }

            grain = end;
        }

        if (!pending.IsEmpty)
            yield return pending;
    }

    public void Dispose()
    {
        _file.Dispose();
        _parent?.Dispose();
    }

    /// <summary>
    /// Returns the first grain after <paramref name="grain"/> that is of another kind, stored, zeroed or missing, or of the next table.
    /// </summary>
    /// <param name="sector">The table entry of <paramref name="grain"/>.</param>
    private long FindRun(long grain, long limit, out uint sector)
    {
        (long number, long index) = Math.DivRem(grain, _layout.TableEntryCount);
        long tableStart = number * _layout.TableEntryCount;
        limit = Math.Min(limit, tableStart + _layout.TableEntryCount);
        ReadOnlySpan<uint> table = _directory.GetTable(number);
        sector = table.IsEmpty ? 0 : table[(int)index];
        if (table.IsEmpty)
            return limit;
        ReadOnlySpan<uint> rest = table[(int)index..(int)(limit - tableStart)];
        int length = sector > _maxEmpty ? rest.IndexOfAnyInRange(0u, _maxEmpty) : rest.IndexOfAnyExcept(sector);
        return length < 0 ? limit : grain + length;
    }

    /// <summary>Grains that follow each other in the file too are read in one go.</summary>
    private int ExtendRun(long grain, uint sector, int length, int maxLength)
    {
        while (length < maxLength)
        {
            grain++;
            long next = sector + (long)_layout.GrainSectorCount;
            if (_directory.Find(grain) != next)
                break;
            sector = (uint)next;
            length = (int)Math.Min(maxLength, (long)length + _layout.GrainLength);
        }

        return length;
    }

    private void ReadPlain(long grain, uint sector, long within, Span<byte> destination)
    {
        long offset = ((long)sector * SparseHeader.SectorSize) + within;
        if (sector < _layout.FirstGrainSector || offset > _file.Length - destination.Length)
            throw Misplaced(grain, sector);
        _file.ReadExactly(offset, destination);
    }

    private void ReadCompressed(long grain, uint sector, int within, Span<byte> destination)
    {
        long start = grain * _layout.GrainLength;
        int grainLength = (int)Math.Min(_layout.GrainLength, Length - start);
        if (destination.Length == grainLength)
        {
            Inflate(grain, sector, destination);
            return;
        }

        ref CachedGrain? slot = ref _cache[grain % CachedGrainCount];
        CachedGrain? cached = Volatile.Read(ref slot);
        if (cached is null || cached.Grain != grain)
        {
            cached = new CachedGrain(grain, new byte[grainLength]);
            Inflate(grain, sector, cached.Bytes);
            Volatile.Write(ref slot, cached);
        }

        cached.Bytes.AsSpan(within, destination.Length).CopyTo(destination);
    }

    private void Inflate(long grain, uint sector, Span<byte> destination)
    {
        long offset = (long)sector * SparseHeader.SectorSize;
        if (sector < _layout.FirstGrainSector || offset >= _file.Length)
            throw Misplaced(grain, sector);
        _inflater!.Read(offset, grain * _layout.GrainSectorCount, destination);
    }

    private CorruptImageException Misplaced(long grain, uint sector) => new(
        "VMDK-011",
        $"grain table entry {grain} of {_file.Path}: sector {sector}, but grains lie in {_layout.FirstGrainSector} to "
            + $"{_file.Length / SparseHeader.SectorSize} of the file");

    private sealed record CachedGrain(long Grain, byte[] Bytes);
}
