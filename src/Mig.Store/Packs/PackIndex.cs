using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Store.Packs;

/// <summary>
/// An index file, memory-mapped: where each object of some packs lies. Never loaded into the heap; may be used from several threads.
/// </summary>
public sealed unsafe class PackIndex : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;
    private readonly long _length;
    private readonly int _frameCount;
    private readonly long _packs;
    private readonly long _frames;
    private readonly long _ids;
    private readonly long _places;
    private volatile bool[]? _lost;
    private volatile IReadOnlyDictionary<int, HashSet<ObjectId>?>? _damaged;

    private PackIndex(string path, MemoryMappedFile map, MemoryMappedViewAccessor view, byte* bytes, long length)
    {
        Path = path;
        _map = map;
        _length = length;
        _view = view;
        _bytes = bytes;
        if (!Span(0, 8).SequenceEqual(PackIndexFormat.Magic) || U32(8) != PackIndexFormat.Version)
            throw Corrupt("this is not an index of version 1");
        uint packCount = U32(12), frameCount = U32(16), claimCount = U32(20), objectCount = U32(24);
        if ((packCount | frameCount | claimCount | objectCount) > int.MaxValue)
            throw Corrupt("a count in the header exceeds 2^31");
        PackCount = (int)packCount;
        _frameCount = (int)frameCount;
        ObjectCount = (int)objectCount;
        _packs = PackIndexFormat.HeaderSize + PackIndexFormat.FanOutSize;
        _frames = _packs + ((long)PackCount * PackIndexFormat.PackSize);
        _ids = _frames + ((long)_frameCount * PackIndexFormat.FrameSize);
        _places = _ids + ((long)ObjectCount * ObjectId.Size);
        long end = _places + ((long)ObjectCount * PackIndexFormat.PlaceSize) + (claimCount * PackIndexFormat.ClaimSize)
            + PackIndexFormat.TrailerSize;
        if (end != length)
            throw Corrupt($"the file has {length} bytes, its header calls for {end}");
    }

    public string Path { get; }

    public int PackCount { get; }

    public int ObjectCount { get; }

    internal int FrameCount => _frameCount;

    /// <summary>Whether some of its packs do not count.</summary>
    internal bool HasLost => _lost is not null;

    /// <exception cref="CorruptStoreException">The file is not a whole index.</exception>
    /// <exception cref="FileNotFoundException">It is gone, merged into another by a different process.</exception>
    public static PackIndex Open(string path)
    {
        HostFile file = HostFile.OpenRead(path);
        long length = file.Length;
        if (length < PackIndexFormat.HeaderSize + PackIndexFormat.FanOutSize + PackIndexFormat.TrailerSize)
        {
            file.Dispose();
            throw new CorruptStoreException("IDX-001", $"{path}: the index has only {length} bytes; run mig fsck");
        }

        var map = MemoryMappedFile.CreateFromFile(
            file.Handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);

        MemoryMappedViewAccessor view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        try
        {
            return new PackIndex(path, map, view, pointer, length);
        }
        catch
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            map.Dispose();
            throw;
        }
    }

    public bool TryFind(in ObjectId id, out ObjectLocation location)
    {
        int ordinal = FindOrdinal(id);
        location = ordinal >= 0 ? Locate(ordinal) : default;
        return ordinal >= 0;
    }

    /// <summary>Returns the place of an id among the ids, -1 when it is not there, or its pack does not count.</summary>
    public int FindOrdinal(in ObjectId id)
    {
        int ordinal = Search(id, out bool found);
        return found && Counts(ordinal) ? ordinal : -1;
    }

    public bool Contains(in ObjectId id) => FindOrdinal(id) >= 0;

    /// <summary>Tells whether the pack that an object lies in is there as this index knows it.</summary>
    internal bool Counts(int ordinal)
    {
        if (_lost is null && _damaged is null)
            return true;
        int frame = Locate(ordinal).Frame;
        return !(_lost is { } lost && lost[PackOf(frame)])
            && !(_damaged is { } damaged && damaged.TryGetValue(frame, out HashSet<ObjectId>? only)
                && (only is null || only.Contains(IdOf(ordinal))));
    }

    /// <summary>Says which frames were found damaged: all of a frame, or only some of its objects; null for none.</summary>
    internal void SetDamaged(IReadOnlyDictionary<int, HashSet<ObjectId>?>? frames) => _damaged = frames;

    /// <summary>The frames of a pack: the first, and how many there are; null when the index does not name it.</summary>
    internal (int First, int Count)? FindFrames(in ObjectId pack)
    {
        for (int i = 0; i < PackCount; i++)
        {
            if (GetPackId(i) == pack)
                return ((int)FirstFrameOf(i), (int)FrameCountOf(i));
        }

        return null;
    }

    /// <summary>Finds where an object was that does not count; null when there is none here.</summary>
    internal FramePlace? FindUncounted(in ObjectId id)
    {
        int ordinal = Search(id, out bool found);
        return found && !Counts(ordinal) ? GetFrame(Locate(ordinal).Frame) : null;
    }

    /// <summary>Tells whether a pack is not there as this index knows it.</summary>
    internal bool IsLost(int pack) => _lost?[pack] == true;

    /// <summary>Says which packs do not count; null for none.</summary>
    internal void SetLost(bool[]? packs) => _lost = packs;

    /// <summary>Returns the ids that begin with <paramref name="prefix"/>'s first <paramref name="digits"/> hexadecimal digits.</summary>
    public IEnumerable<(ObjectId Id, ObjectKind Kind)> FindByPrefix(ObjectId prefix, int digits)
    {
        string wanted = prefix.ToShortString(digits);
        for (int i = Search(prefix, out _); i < ObjectCount && IdOf(i).ToShortString(digits) == wanted; i++)
        {
            if (Counts(i))
                yield return (IdOf(i), Locate(i).Kind);
        }
    }

    public ObjectId IdOf(int ordinal)
    {
        if ((uint)ordinal >= (uint)ObjectCount)
            throw Corrupt($"object {ordinal} of {ObjectCount} is named");
        return IdAt(_ids + ((long)ordinal * ObjectId.Size));
    }

    public ObjectLocation Locate(int ordinal)
    {
        long at = _places + ((long)ordinal * PackIndexFormat.PlaceSize);
        uint packed = U32(at + 8);
        uint frame = U32(at), offset = U32(at + 4), length = packed >> 3;
        if (frame >= (uint)_frameCount || (packed & 7) > (uint)ObjectKind.Tag || length > PackFormat.MaxObjectSize
            || offset > PackFormat.MaxFrameSize || offset + length > GetFrame((int)frame).RawLength)
            throw Corrupt($"object {IdOf(ordinal)} is said to lie in frame {frame} at {offset} with {length} bytes");
        return new ObjectLocation(this, (int)frame, (int)offset, (int)length, (ObjectKind)(packed & 7));
    }

    public ObjectId GetPackId(int pack) => IdAt(_packs + ((long)pack * PackIndexFormat.PackSize));

    public long GetPackLength(int pack) => (long)U64(_packs + ((long)pack * PackIndexFormat.PackSize) + 32);

    internal FramePlace GetFrame(int frame)
    {
        long at = _frames + ((long)frame * PackIndexFormat.FrameSize);
        ulong offset = U64(at);
        uint total = U32(at + 8), raw = U32(at + 12);
        if (offset > long.MaxValue / 2 || total > 2 * PackFormat.MaxFrameSize || raw > PackFormat.MaxFrameSize)
            throw Corrupt($"frame {frame} is said to have {total} bytes at {offset}");
        return new FramePlace(GetPackId(PackOf(frame)), (long)offset, (int)total, (int)raw);
    }

    private int PackOf(int frame)
    {
        int low = 0, high = PackCount - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (FirstFrameOf(middle) <= frame)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    internal uint FirstFrameOf(int pack) => U32(_packs + ((long)pack * PackIndexFormat.PackSize) + 40);

    internal uint FrameCountOf(int pack) => U32(_packs + ((long)pack * PackIndexFormat.PackSize) + 44);

    /// <summary>Checks the whole file against its trailer and name, the order of its ids, and its fan-out table.</summary>
    internal void Verify()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        const int Step = 1 << 20;
        long end = _length - PackIndexFormat.TrailerSize;
        for (long at = 0; at < end; at += Step)
            hash.AppendData(Span(at, (int)Math.Min(Step, end - at)));
        ObjectId id = ObjectId.Finish(hash);
        if (id != IdAt(end))
            throw Corrupt("the file fails its checksum");
        if (System.IO.Path.GetFileName(Path) != PackIndexFormat.FileName(id))
            throw Corrupt($"the file is named after another index; its own id is {id}");
        for (int i = 1; i < ObjectCount; i++)
        {
            if (IdOf(i - 1) >= IdOf(i))
                throw Corrupt($"ids {i - 1} and {i} are out of order");
        }

        int count = 0;
        for (int slot = 0; slot < 256; slot++)
        {
            while (count < ObjectCount && IdOf(count).FirstByte <= slot)
                count++;
            if (FanOut(slot) != count)
                throw Corrupt($"fan-out {slot} says {FanOut(slot)}, there are {count} ids up to there");
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    internal CorruptStoreException Corrupt(string problem) => new("IDX-001", $"{Path}: {problem}; run mig fsck");

    // The place of the id, or where it would stand.
    private int Search(in ObjectId id, out bool found)
    {
        int slot = id.FirstByte;
        int low = slot == 0 ? 0 : FanOut(slot - 1), high = FanOut(slot);
        if (low > high || high > ObjectCount)
            throw Corrupt($"fan-out {slot} goes from {low} to {high} of {ObjectCount}");
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            int order = IdAt(_ids + ((long)middle * ObjectId.Size)).CompareTo(id);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }

        found = false;
        return low;
    }

    private int FanOut(int slot) => (int)U32(PackIndexFormat.HeaderSize + (slot * sizeof(uint)));

    private ObjectId IdAt(long at) => new(Span(at, ObjectId.Size));

    private uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Span(at, sizeof(uint)));

    private ulong U64(long at) => BinaryPrimitives.ReadUInt64LittleEndian(Span(at, sizeof(ulong)));

    private ReadOnlySpan<byte> Span(long at, int count)
    {
        if (at < 0 || at > _length - count)
            throw Corrupt($"offset {at} of {_length} bytes is needed");
        return new ReadOnlySpan<byte>(_bytes + at, count);
    }
}
