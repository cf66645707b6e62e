using System.Buffers.Binary;
using System.Security.Cryptography;
using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>Collects what one or more packs hold, and writes it as one index file.</summary>
internal sealed class PackIndexBuilder
{
    private readonly List<(ObjectId Id, long Length, int FirstFrame, int FrameCount)> _packs = [];
    private readonly List<(long Offset, int TotalLength, int RawLength)> _frames = [];
    private readonly List<(ObjectId Id, bool IsDamaged, int Frame, int Offset, uint LengthAndKind)> _objects = [];

    public int ObjectCount => _objects.Count;

    public int PackCount => _packs.Count;

    /// <summary>Adds a frame of the pack that <see cref="EndPack"/> will name.</summary>
    /// <returns>The frame's number.</returns>
    public int AddFrame(long offset, int totalLength, int rawLength)
    {
        _frames.Add((offset, totalLength, rawLength));
        return _frames.Count - 1;
    }

    /// <param name="isDamaged">Whether another place of the same object is to be preferred.</param>
    public void AddObject(in ObjectId id, int frame, in FrameObject place, bool isDamaged = false) =>
        _objects.Add((id, isDamaged, frame, place.Offset, ((uint)place.Length << 3) | (uint)place.Kind));

    /// <summary>Makes room.</summary>
    /// <param name="objects">How many more are about to come.</param>
    public void Expect(int objects) => _objects.EnsureCapacity(_objects.Count + objects);

    /// <summary>Names the pack that holds all frames added since the last call.</summary>
    public void EndPack(in ObjectId id, long length)
    {
        int first = _packs.Count == 0 ? 0 : _packs[^1].FirstFrame + _packs[^1].FrameCount;
        _packs.Add((id, length, first, _frames.Count - first));
    }

    /// <summary>Adds everything that another index says, except of packs already here.</summary>
    /// <param name="except">Other packs that are left out.</param>
    public void AddAll(PackIndex index, IReadOnlySet<ObjectId>? except = null)
    {
        int frameBase = _frames.Count;
        var known = _packs.Select(pack => pack.Id).ToHashSet();
        int[] renumbered = new int[index.FrameCount];
        Array.Fill(renumbered, -1);
        for (int pack = 0; pack < index.PackCount; pack++)
        {
            if (except?.Contains(index.GetPackId(pack)) == true || !known.Add(index.GetPackId(pack)))
                continue;
            uint first = index.FirstFrameOf(pack), count = index.FrameCountOf(pack);
            for (uint frame = first; frame < first + count; frame++)
            {
                FramePlace place = index.GetFrame((int)frame);
                renumbered[frame] = AddFrame(place.Offset, place.TotalLength, place.RawLength);
            }

            EndPack(index.GetPackId(pack), index.GetPackLength(pack));
        }

        for (int i = 0; i < index.ObjectCount; i++)
        {
            ObjectLocation location = index.Locate(i);
            int frame = renumbered[location.Frame];
            if (frame >= frameBase)
                AddObject(index.IdOf(i), frame, new FrameObject(location.Kind, location.Offset, location.Length), !index.Counts(i));
        }
    }

    /// <summary>Writes the index to a temporary file and makes it durable.</summary>
    /// <returns>Its id, which is to be its name.</returns>
    public ObjectId Write(TemporaryFile file)
    {
        _objects.Sort(static (a, b) => a.Id.CompareTo(b.Id) is not 0 and var order ? order : a.IsDamaged.CompareTo(b.IsDamaged));
        RemoveDuplicates();
        var buffer = new byte[1 << 18];
        int filled = 0;
        long written = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> row = stackalloc byte[PackIndexFormat.PackSize];

        row.Clear();
        PackIndexFormat.Magic.CopyTo(row);
        BinaryPrimitives.WriteUInt32LittleEndian(row[8..], PackIndexFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(row[12..], _packs.Count);
        BinaryPrimitives.WriteInt32LittleEndian(row[16..], _frames.Count);
        BinaryPrimitives.WriteInt32LittleEndian(row[24..], _objects.Count);
        Put(row[..PackIndexFormat.HeaderSize]);

        int at = 0;
        for (int slot = 0; slot < 256; slot++)
        {
            while (at < _objects.Count && _objects[at].Id.FirstByte <= slot)
                at++;
            BinaryPrimitives.WriteInt32LittleEndian(row, at);
            Put(row[..sizeof(int)]);
        }

        foreach ((ObjectId id, long length, int firstFrame, int frameCount) in _packs)
        {
            id.CopyTo(row);
            BinaryPrimitives.WriteInt64LittleEndian(row[32..], length);
            BinaryPrimitives.WriteInt32LittleEndian(row[40..], firstFrame);
            BinaryPrimitives.WriteInt32LittleEndian(row[44..], frameCount);
            Put(row[..PackIndexFormat.PackSize]);
        }

        foreach ((long offset, int totalLength, int rawLength) in _frames)
        {
            BinaryPrimitives.WriteInt64LittleEndian(row, offset);
            BinaryPrimitives.WriteInt32LittleEndian(row[8..], totalLength);
            BinaryPrimitives.WriteInt32LittleEndian(row[12..], rawLength);
            Put(row[..PackIndexFormat.FrameSize]);
        }

        foreach (var item in _objects)
        {
            item.Id.CopyTo(row);
            Put(row[..ObjectId.Size]);
        }

        foreach (var item in _objects)
        {
            BinaryPrimitives.WriteInt32LittleEndian(row, item.Frame);
            BinaryPrimitives.WriteInt32LittleEndian(row[4..], item.Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(row[8..], item.LengthAndKind);
            Put(row[..PackIndexFormat.PlaceSize]);
        }

        ObjectId indexId = ObjectId.Finish(hash);
        indexId.CopyTo(row);
        Put(row[..ObjectId.Size]);
        WriteBuffer();
        file.Flush();
        return indexId;

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            if (filled + bytes.Length > buffer.Length)
                WriteBuffer();
            bytes.CopyTo(buffer.AsSpan(filled));
            filled += bytes.Length;
        }

        void WriteBuffer()
        {
            file.Write(buffer.AsSpan(0, filled), written);
            written += filled;
            filled = 0;
        }
    }

    // Two processes may have stored the same object at the same time; either copy will do, unless one is damaged.
    private void RemoveDuplicates()
    {
        int kept = 0;
        for (int i = 0; i < _objects.Count; i++)
        {
            if (kept == 0 || _objects[kept - 1].Id != _objects[i].Id)
                _objects[kept++] = _objects[i];
        }

        _objects.RemoveRange(kept, _objects.Count - kept);
    }
}
