using System.Security.Cryptography;
using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>Appends frames to a new pack under a temporary name. One thread at a time.</summary>
internal sealed class PackWriter : IDisposable
{
    // The kernel is asked to start writing this often, so that the sync at the end has little left to do.
    private const int WritebackStep = 16 << 20;

    private readonly TemporaryFile _file;
    private readonly IncrementalHash _headers = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _writtenBack;

    public PackWriter(TemporaryFile file)
    {
        _file = file;
        Span<byte> header = stackalloc byte[PackFormat.HeaderSize];
        header.Clear();
        PackFormat.Magic.CopyTo(header);
        Length = PackFormat.HeaderSize;
        try
        {
            _file.Write(header, 0);
        }
        catch
        {
            Dispose(); // a full disk shows here first, and nobody else has the file yet
            throw;
        }
    }

    /// <summary>Bytes so far, without the trailer.</summary>
    public long Length { get; private set; }

    public int FrameCount { get; private set; }

    /// <summary>Appends a frame: header, object table and stored bytes in one buffer.</summary>
    /// <returns>The frame's offset in the pack.</returns>
    public long Append(ReadOnlySpan<byte> frame)
    {
        long offset = Length;
        _file.Write(frame, offset);
        _headers.AppendData(frame[..FrameHeader.Size]);
        Length += frame.Length;
        FrameCount++;
        if (Length - _writtenBack >= WritebackStep)
        {
            _file.StartWriteback(ByteRange.FromBounds(_writtenBack, Length));
            _writtenBack = Length;
        }

        return offset;
    }

    /// <summary>Writes the trailer and makes the pack durable, still under its temporary name.</summary>
    public ObjectId Finish()
    {
        ObjectId id = ObjectId.Finish(_headers);
        Span<byte> trailer = stackalloc byte[PackFormat.TrailerSize];
        PackFormat.TrailerMagic.CopyTo(trailer);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(trailer[8..], FrameCount);
        id.CopyTo(trailer[16..]);
        _file.Write(trailer, Length);
        Length += PackFormat.TrailerSize;
        _file.Flush();
        return id;
    }

    /// <summary>Gives the finished pack its name.</summary>
    public void Publish(string path) => _file.Publish(path);

    public void Dispose()
    {
        _file.Dispose();
        _headers.Dispose();
    }
}
