using System.Security.Cryptography;
using Mig.Core;
using Mig.FileSystems;
using Mig.Store.Content;

namespace Mig.Images.Ingest;

/// <summary>Reads the content of files through their extents, one file at a time; one reader per thread.</summary>
/// <param name="fileSystem">Null where all content is on the volume, which has no blocks.</param>
internal sealed class FileReader(IFileSystem? fileSystem, IByteSource volume)
{
    public const int StepSize = 1 << 20;
    private const int MaxBlockSize = 1 << 16;

    private static readonly byte[] Zeros = new byte[StepSize];

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(StepSize + MaxBlockSize);
    private readonly int _blockSize = Math.Min(fileSystem?.Info.BlockSize ?? 1, MaxBlockSize);

    /// <summary>Reads a small file whole. The bytes are valid until the next call.</summary>
    /// <param name="zeroTail">The rest of its last block on the volume, when it is zero.</param>
    public ReadOnlySpan<byte> ReadWhole(ScannedFile file, out ByteRange zeroTail)
    {
        zeroTail = default;
        Span<byte> content = _buffer.AsSpan(0, (int)file.Size);
        long position = 0;
        for (int i = 0; i < file.Extents.Count; i++)
        {
            FileExtent extent = file.Extents[i];
            content[(int)position..(int)extent.FileOffset].Clear();
            position = extent.FileOffset + extent.Length;
            ByteRange tail = i == file.Extents.Count - 1 ? TailOf(file) : default;
            if (extent.IsOnVolume)
                volume.ReadExactly(extent.VolumeOffset, _buffer.AsSpan((int)extent.FileOffset, (int)(extent.Length + tail.Length)));
            else
                fileSystem!.ReadContent(file.Node, extent.FileOffset, content.Slice((int)extent.FileOffset, (int)extent.Length));
            if (!tail.IsEmpty && ZeroBytes.IsZero(_buffer.AsSpan((int)position, (int)tail.Length)))
                zeroTail = tail;
        }

        content[(int)position..].Clear();
        return content;
    }

    /// <summary>Reads a part of a file.</summary>
    /// <param name="extentIndex">The first extent that may matter; moved on as the file is read from front to back.</param>
    public void Read(ScannedFile file, long offset, Span<byte> destination, ref int extentIndex)
    {
        var range = new ByteRange(offset, destination.Length);
        long position = offset;
        for (; extentIndex < file.Extents.Count; extentIndex++)
        {
            FileExtent extent = file.Extents[extentIndex];
            ByteRange part = range.Intersect(new ByteRange(extent.FileOffset, extent.Length));
            if (!part.IsEmpty)
            {
                destination[(int)(position - offset)..(int)(part.Offset - offset)].Clear();
                position = part.End;
                Span<byte> to = destination.Slice((int)(part.Offset - offset), (int)part.Length);
                if (extent.IsOnVolume)
                    volume.ReadExactly(extent.VolumeOffset + part.Offset - extent.FileOffset, to);
                else
                    fileSystem!.ReadContent(file.Node, part.Offset, to);
            }

            if (extent.FileOffset + extent.Length > range.End)
                break;
        }

        destination[(int)(position - offset)..].Clear();
    }

    /// <summary>Hashes a whole file; holes are not read.</summary>
    public ObjectId Hash(ScannedFile file, IncrementalHash hash)
    {
        long position = 0;
        foreach (FileExtent extent in file.Extents)
        {
            AppendZeros(hash, extent.FileOffset - position);
            for (long done = 0; done < extent.Length;)
            {
                int part = (int)Math.Min(StepSize, extent.Length - done);
                Span<byte> bytes = _buffer.AsSpan(0, part);
                if (extent.IsOnVolume)
                    volume.ReadExactly(extent.VolumeOffset + done, bytes);
                else
                    fileSystem!.ReadContent(file.Node, extent.FileOffset + done, bytes);
                hash.AppendData(bytes);
                done += part;
            }

            position = extent.FileOffset + extent.Length;
        }

        AppendZeros(hash, file.Size - position);
        return ObjectId.Finish(hash);
    }

    /// <summary>Returns the rest of a file's last block on the volume when it is zero, else nothing.</summary>
    public ByteRange ReadTail(ScannedFile file)
    {
        ByteRange tail = TailOf(file);
        if (tail.IsEmpty)
            return default;
        Span<byte> bytes = _buffer.AsSpan(0, (int)tail.Length);
        volume.ReadExactly(tail.Offset, bytes);
        return ZeroBytes.IsZero(bytes) ? tail : default;
    }

    public static void AppendZeros(IncrementalHash hash, long count)
    {
        for (; count > 0; count -= StepSize)
            hash.AppendData(Zeros, 0, (int)Math.Min(StepSize, count));
    }

    /// <summary>Returns the rest of a file's last block on the volume, when there is one.</summary>
    public static ByteRange TailOf(ScannedFile file, int blockSize, long volumeLength)
    {
        if (file.Extents.Count == 0 || !file.Extents[^1].IsOnVolume)
            return default;
        FileExtent last = file.Extents[^1];
        long end = last.VolumeOffset + last.Length;
        return ByteRange.FromBounds(end, Math.Min((end + blockSize - 1) / blockSize * blockSize, volumeLength));
    }

    private ByteRange TailOf(ScannedFile file) => TailOf(file, _blockSize, volume.Length);
}
