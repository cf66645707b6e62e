using System.Buffers.Binary;
using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;
using Mig.Core.Zstd;

namespace Mig.Store.Packs;

/// <summary>An existing pack, read frame by frame. May be used from several threads at once.</summary>
internal sealed class PackFile : IDisposable
{
    private readonly HostFile _file;

    private PackFile(HostFile file, ObjectId id)
    {
        _file = file;
        Id = id;
        Length = file.Length;
    }

    public string Path => _file.Path;

    public ObjectId Id { get; }

    public long Length { get; }

    /// <exception cref="FileNotFoundException">The pack is gone.</exception>
    /// <exception cref="CorruptStoreException">The file is not a whole pack.</exception>
    public static PackFile Open(string path, in ObjectId id)
    {
        var pack = new PackFile(HostFile.OpenRead(path), id);
        try
        {
            pack.CheckEnds();
            return pack;
        }
        catch
        {
            pack.Dispose();
            throw;
        }
    }

    /// <summary>Reads and checks a frame's header at an offset.</summary>
    public FrameHeader ReadHeader(long offset)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.Size];
        Read(offset, bytes);
        string? problem = FrameHeader.TryRead(bytes, out FrameHeader header);
        if (problem is null && offset + header.TotalLength > Length - PackFormat.TrailerSize)
            problem = $"the frame ends at {offset + header.TotalLength}, after the last frame's end at {Length - PackFormat.TrailerSize}";
        return problem is null ? header : throw Corrupt(offset, problem);
    }

    /// <summary>Reads the object table of a frame.</summary>
    public FrameObject[] ReadTable(long offset, in FrameHeader header)
    {
        byte[] table = new byte[header.TableLength];
        Read(offset + FrameHeader.Size, table);
        string? problem = FrameTable.TryRead(table, header, out FrameObject[] objects);
        return problem is null ? objects : throw Corrupt(offset, problem);
    }

    /// <summary>Reads a whole frame as it is stored: header, table and stored bytes, its checksum verified.</summary>
    public void ReadStored(long offset, in FrameHeader header, Span<byte> frame)
    {
        Read(offset, frame[..header.TotalLength]);
        if (Crc32C.Compute(frame[FrameHeader.Size..header.TotalLength]) != header.BodyChecksum)
            throw Corrupt(offset, "the frame fails its checksum");
    }

    /// <summary>Checks a frame as it is stored, piece by piece.</summary>
    public void CheckStored(long offset, in FrameHeader header, Span<byte> piece)
    {
        uint checksum = 0;
        for (int done = FrameHeader.Size; done < header.TotalLength;)
        {
            Span<byte> part = piece[..Math.Min(piece.Length, header.TotalLength - done)];
            Read(offset + done, part);
            checksum = Crc32C.Append(checksum, part);
            done += part.Length;
        }

        if (checksum != header.BodyChecksum)
            throw Corrupt(offset, "the frame fails its checksum");
    }

    /// <summary>Reads bytes as they stand there.</summary>
    public void ReadBytes(long offset, Span<byte> bytes) => Read(offset, bytes);

    /// <summary>
    /// Reads and decompresses a frame into the first <see cref="FrameHeader.RawLength"/> bytes of <paramref name="raw"/>.
    /// </summary>
    /// <param name="scratch">Room for <see cref="FrameHeader.TotalLength"/> bytes.</param>
    public void ReadFrame(long offset, in FrameHeader header, Span<byte> scratch, Span<byte> raw, ZstdCodec codec)
    {
        ReadStored(offset, header, scratch);
        ReadOnlySpan<byte> stored = scratch.Slice(FrameHeader.Size + header.TableLength, header.StoredLength);
        if (header.Codec == FrameCodec.Stored)
        {
            stored.CopyTo(raw);
        }
        else
        {
            string? problem = codec.Decompress(stored, raw[..header.RawLength]);
            if (problem is not null)
                throw Corrupt(offset, problem);
        }
    }

    /// <summary>Returns the offsets of all frames, and checks that they lead to the trailer and that its id is theirs.</summary>
    public List<(long Offset, FrameHeader Header)> ReadFrames()
    {
        var frames = new List<(long, FrameHeader)>();
        using var headers = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] bytes = new byte[FrameHeader.Size];
        long end = Length - PackFormat.TrailerSize;
        for (long offset = PackFormat.HeaderSize; offset < end;)
        {
            FrameHeader header = ReadHeader(offset);
            header.Write(bytes);
            headers.AppendData(bytes);
            frames.Add((offset, header));
            offset += header.TotalLength;
        }

        byte[] trailer = new byte[PackFormat.TrailerSize];
        Read(end, trailer);
        if (BinaryPrimitives.ReadInt64LittleEndian(trailer.AsSpan(8)) != frames.Count
            || ObjectId.Finish(headers) != new ObjectId(trailer.AsSpan(16)))
            throw Corrupt(end, "the trailer does not match the frames");
        return frames;
    }

    public CorruptStoreException Corrupt(long offset, string problem) =>
        new("PACK-001", $"{Path}, offset {offset}: {problem}; run mig fsck");

    public void Dispose() => _file.Dispose();

    private void CheckEnds()
    {
        if (Length < PackFormat.HeaderSize + PackFormat.TrailerSize)
            throw Corrupt(0, $"the pack has {Length} bytes, at least {PackFormat.HeaderSize + PackFormat.TrailerSize} needed");
        Span<byte> bytes = stackalloc byte[PackFormat.TrailerSize];
        Read(0, bytes[..PackFormat.HeaderSize]);
        if (!bytes[..8].SequenceEqual(PackFormat.Magic) || !ZeroBytes.IsZero(bytes[8..PackFormat.HeaderSize]))
            throw Corrupt(0, "this is not a pack of version 1");
        Read(Length - PackFormat.TrailerSize, bytes);
        if (!bytes[..8].SequenceEqual(PackFormat.TrailerMagic))
            throw Corrupt(Length - PackFormat.TrailerSize, "the pack has no trailer: it was cut short or written over");
        var id = new ObjectId(bytes[16..]);
        if (id != Id)
            throw Corrupt(Length - PackFormat.TrailerSize, $"the file is named after another pack; its own id is {id}");
    }

    private void Read(long offset, Span<byte> bytes)
    {
        int read = _file.Read(bytes, offset);
        if (read < bytes.Length)
            throw Corrupt(offset + read, "the file ends here");
    }
}
