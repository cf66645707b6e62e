using Mig.Core;

namespace Mig.Disks.Vmdk;

/// <summary>A file of grains (KDMV), plain or compressed, as the flat bytes that it stands for. Owns its file.</summary>
internal sealed class SparseExtent : IByteSource
{
    private const int CachedGrainCount = 32;
    private readonly FileSource _file;
    private readonly SparseLayout _layout;
    private readonly GrainDirectory _directory;
    private readonly GrainInflater? _inflater;
    private readonly CachedGrain?[] _cache = new CachedGrain?[CachedGrainCount];

    private SparseExtent(FileSource file, SparseLayout layout, GrainDirectory directory)
    {
        _file = file;
        _layout = layout;
        _directory = directory;
        _inflater = layout.IsCompressed ? new GrainInflater(file, layout.GrainLength) : null;
        Length = layout.Capacity * SparseHeader.SectorSize;
    }

    public long Length { get; }

    public bool IsCompressed => _layout.IsCompressed;

    /// <summary>Opens an extent and takes over its file.</summary>
    public static SparseExtent Open(FileSource file, SparseLayout layout, Limits limits, DiskWarnings warnings)
    {
        if (layout.DirectoryOffset == SparseHeader.DirectoryAtEnd)
            layout = SparseFooter.Read(file, layout);
        return new SparseExtent(file, layout, GrainDirectory.Load(file, layout, limits, warnings));
    }

    public void ReadExactly(long offset, Span<byte> destination)
    {
        SourceRange.Check(offset, destination.Length, Length);
        while (!destination.IsEmpty)
        {
            (long grain, long within) = Math.DivRem(offset, _layout.GrainLength);
            int length = (int)Math.Min(destination.Length, _layout.GrainLength - within);
            uint sector = _directory.Find(grain);
            if (sector == 0)
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
        // Grains never share bytes of the file, so there cannot be more of them than fit: else a small hostile file could pass for a huge disk full of data.
        long budget = (_file.Length / (IsCompressed ? SparseHeader.SectorSize : _layout.GrainLength)) + 1;
        ByteRange pending = default;
        long lastGrain = (range.End - 1) / _layout.GrainLength;
        for (long grain = range.Offset / _layout.GrainLength; grain <= lastGrain;)
        {
            long end = FindRun(grain, lastGrain + 1, out bool isStored);
            if (isStored)
            {
                budget -= end - grain;
                if (budget < 0)
                    throw new CorruptImageException("VMDK-019", $"grain tables of {_file.Path}: more grains than the {_file.Length} bytes of the file can hold, in {range} of the disk");
                ByteRange next = ByteRange.FromBounds(grain * _layout.GrainLength, Math.Min(end * _layout.GrainLength, Length)).Intersect(range);
                if (!pending.IsEmpty && pending.End != next.Offset)
                {
                    yield return pending;
                    pending = default;
                }

                pending = pending.IsEmpty ? next : ByteRange.FromBounds(pending.Offset, next.End);
            }

            grain = end;
        }

        if (!pending.IsEmpty)
            yield return pending;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Returns the first grain after <paramref name="grain"/> that is of the other kind, or of the next table.</summary>
    private long FindRun(long grain, long limit, out bool isStored)
    {
        (long number, long index) = Math.DivRem(grain, _layout.TableEntryCount);
        long tableStart = number * _layout.TableEntryCount;
        limit = Math.Min(limit, tableStart + _layout.TableEntryCount);
        ReadOnlySpan<uint> table = _directory.GetTable(number);
        isStored = !table.IsEmpty && table[(int)index] != 0;
        if (table.IsEmpty)
            return limit;
        ReadOnlySpan<uint> rest = table[(int)index..(int)(limit - tableStart)];
        int length = isStored ? rest.IndexOf(0u) : rest.IndexOfAnyExcept(0u);
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
        $"grain table entry {grain} of {_file.Path}: sector {sector}, but grains lie in {_layout.FirstGrainSector} to {_file.Length / SparseHeader.SectorSize} of the file");

    private sealed record CachedGrain(long Grain, byte[] Bytes);
}
