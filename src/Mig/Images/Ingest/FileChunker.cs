using System.Security.Cryptography;
using Mig.Core;
using Mig.FileSystems;
using Mig.Store;
using Mig.Store.Content;
using Mig.Store.Packs;

namespace Mig.Images.Ingest;

/// <summary>
/// Cuts a large file into chunks and stores them. Aligned stretches of 64 KiB that are zero become holes, whether or not they are holes on
/// the disk: the list depends on the content alone. What lies between holes is cut by content.
/// </summary>
internal sealed class FileChunker(IObjectSink writer, OrderKey key)
{
    /// <summary>Size and alignment of what may become a hole; part of the format.</summary>
    public const int HoleUnit = 64 << 10;

    private static readonly ThreadLocal<byte[]> Buffers =
        new(() => GC.AllocateUninitializedArray<byte>(FileReader.StepSize + FastCdc.MaxSize));

    private readonly List<Chunk> _chunks = [];
    private ulong _position = key.Position;

    /// <param name="hash">Collects the hash of the whole file; null when that is not wanted.</param>
    public Chunk[] Run(ScannedFile file, FileReader reader, IncrementalHash? hash)
    {
        byte[] buffer = Buffers.Value!;
        int have = 0; // bytes of an unfinished run at the start of the buffer
        int extentIndex = 0;
        for (long position = 0; position < file.Size;)
        {
            long dataStart = extentIndex < file.Extents.Count ? Math.Max(position, file.Extents[extentIndex].FileOffset) : file.Size;
            long skip = (dataStart - position) / HoleUnit * HoleUnit;
            if (dataStart == file.Size)
                skip = file.Size - position;
            if (skip > 0)
            {
                CutAll(buffer.AsSpan(0, have));
                have = 0;
                AddHole(skip);
                if (hash is not null)
                    FileReader.AppendZeros(hash, skip);
                position += skip;
                continue;
            }

            int step = (int)Math.Min(FileReader.StepSize, file.Size - position);
            Span<byte> fresh = buffer.AsSpan(have, step);
            reader.Read(file, position, fresh, ref extentIndex);
            hash?.AppendData(fresh);
            have = TakeStep(buffer, have, step);
            position += step;
        }

        CutAll(buffer.AsSpan(0, have));
        return [.. _chunks];
    }

    // Finds the zero units among the new bytes, cuts what is certain, and moves the rest to the front.
    private int TakeStep(byte[] buffer, int have, int step)
    {
        int start = 0, end = have + step;
        for (int unit = have; unit < end; unit += HoleUnit)
        {
            int unitEnd = Math.Min(unit + HoleUnit, end);
            if (!ZeroBytes.IsZero(buffer.AsSpan(unit..unitEnd)))
                continue;
            CutAll(buffer.AsSpan(start..unit));
            AddHole(unitEnd - unit);
            start = unitEnd;
        }

        while (end - start >= FastCdc.MaxSize)
            start += Cut(buffer.AsSpan(start..end));
        buffer.AsSpan(start..end).CopyTo(buffer);
        return end - start;
    }

    private void CutAll(ReadOnlySpan<byte> run)
    {
        while (!run.IsEmpty)
            run = run[Cut(run)..];
    }

    private int Cut(ReadOnlySpan<byte> run)
    {
        int length = FastCdc.Cut(run);
        var id = new BlobId(ObjectId.Of(run[..length]));
        writer.AddBlob(id, run[..length], key with { Position = _position++ });
        _chunks.Add(new Chunk(id, length, IsHole: false));
        return length;
    }

    private void AddHole(long length)
    {
        if (_chunks.Count > 0 && _chunks[^1].IsHole)
            _chunks[^1] = Chunk.Hole(_chunks[^1].Length + length);
        else
            _chunks.Add(Chunk.Hole(length));
    }
}
