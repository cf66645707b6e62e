using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>A second copy of a pack: what is damaged in the first one does not come along.</summary>
internal static class PackCopy
{
    /// <summary>Reads every frame, compares it with its checksum, and writes it, on several threads.</summary>
    /// <exception cref="CorruptStoreException">PACK-001: a frame is damaged, or the trailer names other ones.</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public static void Run(PackFile pack, TemporaryFile copy, int parallelism, CancellationToken cancellation)
    {
        List<(long Offset, FrameHeader Header)> frames = pack.ReadFrames();
        ParallelWork.ForEach(frames, parallelism, frame => CopyFrame(pack, copy, frame.Offset, frame.Header), cancellation);
        CopyRest(pack, copy, new ByteRange(0, PackFormat.HeaderSize));
        CopyRest(pack, copy, new ByteRange(pack.Length - PackFormat.TrailerSize, PackFormat.TrailerSize));
    }

    private static void CopyFrame(PackFile pack, TemporaryFile copy, long offset, in FrameHeader header)
    {
        byte[] buffer = FrameBuffers.Shared.Rent(header.TotalLength);
        try
        {
            Span<byte> frame = buffer.AsSpan(0, header.TotalLength);
            pack.ReadStored(offset, header, frame);
            header.Write(frame); // the one whose checksum was right, whatever was read now
            copy.Write(frame, offset);
            copy.StartWriteback(new ByteRange(offset, header.TotalLength));
        }
        finally
        {
            FrameBuffers.Shared.Return(buffer);
        }
    }

    private static void CopyRest(PackFile pack, TemporaryFile copy, ByteRange range)
    {
        byte[] bytes = new byte[range.Length];
        pack.ReadBytes(range.Offset, bytes);
        copy.Write(bytes, range.Offset);
    }
}
