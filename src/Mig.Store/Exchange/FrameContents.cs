using Mig.Core;
using Mig.Core.Zstd;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>
/// A frame from another store, taken apart: its checksum, its lengths and its object table hold, and every object has the id that its bytes
/// hash to.
/// </summary>
public sealed class FrameContents
{
    private FrameContents(ReadOnlyMemory<byte> raw, (ObjectId Id, FrameObject Place)[] objects)
    {
        Raw = raw;
        Objects = objects;
    }

    /// <summary>All objects, one after another.</summary>
    internal ReadOnlyMemory<byte> Raw { get; }

    internal (ObjectId Id, FrameObject Place)[] Objects { get; }

    public int Count => Objects.Length;

    public (ObjectId Id, ObjectKind Kind, ReadOnlyMemory<byte> Bytes) this[int index]
    {
        get
        {
            (ObjectId id, FrameObject place) = Objects[index];
            return (id, place.Kind, Raw.Slice(place.Offset, place.Length));
        }
    }

    /// <summary>Takes a frame apart.</summary>
    /// <param name="frame">Header, object table and stored bytes, nothing after them.</param>
    /// <param name="buffer">Given the length that is needed, returns room for it.</param>
    /// <exception cref="CorruptStoreException">The frame breaks its format: FRAME-001.</exception>
    public static FrameContents Read(ReadOnlySpan<byte> frame, ZstdCodec codec, Func<int, Memory<byte>> buffer)
    {
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentNullException.ThrowIfNull(buffer);
        Check(FrameHeader.TryRead(frame, out FrameHeader header));
        if (header.TotalLength != frame.Length)
            Check($"{frame.Length} bytes came for a frame of {header.TotalLength}");
        if (Crc32C.Compute(frame[FrameHeader.Size..]) != header.BodyChecksum)
            Check("the frame fails its checksum");
        Check(FrameTable.TryRead(frame.Slice(FrameHeader.Size, header.TableLength), header, out FrameObject[] places));
        Memory<byte> raw = buffer(header.RawLength)[..header.RawLength];
        ReadOnlySpan<byte> stored = frame[(FrameHeader.Size + header.TableLength)..];
        if (header.Codec == FrameCodec.Stored)
            stored.CopyTo(raw.Span);
        else
            Check(codec.Decompress(stored, raw.Span));
        var objects = new (ObjectId, FrameObject)[places.Length];
        for (int i = 0; i < objects.Length; i++)
        {
            if ((places[i].Kind == ObjectKind.Blob) != (header.Class == ObjectClass.Content))
                Check($"object {i} of a frame of {header.Class} is a {ObjectHeader.NameOf(places[i].Kind)}");
            objects[i] = (ObjectId.Of(raw.Span.Slice(places[i].Offset, places[i].Length)), places[i]);
        }

        return new FrameContents(raw, objects);
    }

    private static void Check(string? problem)
    {
        if (problem is not null)
            throw new CorruptStoreException("FRAME-001", $"what came is no valid frame: {problem}");
    }
}
