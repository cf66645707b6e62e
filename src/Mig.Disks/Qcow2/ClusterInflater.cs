using System.Buffers;
using System.IO.Compression;
using Mig.Core;
using Mig.Core.Zstd;

namespace Mig.Disks.Qcow2;

// Layout: QEMU docs/interop/qcow2.txt, "Compressed Clusters Descriptor": with x = 62 - (cluster bits - 8), bits 0 to x-1 are the offset of
// the compressed bytes, bits x to 61 how many sectors they reach into after the one they begin in.
/// <summary>Reads compressed clusters. Bounded: a cluster inflates to its own size or is refused. Owns its contexts.</summary>
internal sealed class ClusterInflater(FileSource file, Qcow2Layout layout) : IDisposable
{
    private readonly ZstdCodec _zstd = new();

    /// <summary>Fills <paramref name="destination"/>, which is as long as a cluster.</summary>
    /// <param name="entry">The cluster's entry in the L2 table.</param>
    public void Read(ulong entry, Span<byte> destination)
    {
        int offsetBits = 62 - (layout.ClusterBits - 8);
        long offset = (long)(entry & ((1UL << offsetBits) - 1));
        long sectorCount = (long)((entry & ((1UL << 62) - 1)) >> offsetBits) + 1;
        long length = (sectorCount * Qcow2Header.SectorSize) - (offset % Qcow2Header.SectorSize);
        if (offset < layout.ClusterLength || offset >= file.Length)
            throw Broken("QCOW2-018", offset, $"after the header and within the {file.Length} bytes of the file expected");
        length = Math.Min(length, file.Length - offset); // the last one need not fill its sectors
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            ReadOnlySpan<byte> compressed = buffer.AsSpan(0, (int)length);
            file.ReadExactly(offset, buffer.AsSpan(0, (int)length));
            string? problem = layout.Compression == Qcow2Compression.Zstd ? _zstd.DecompressPrefix(compressed, destination)
                : Inflate(buffer, (int)length, destination);
            if (problem is not null)
                throw Broken("QCOW2-019", offset, $"does not inflate to {layout.ClusterLength} bytes: {problem}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _zstd.Dispose();

    private static string? Inflate(byte[] buffer, int length, Span<byte> destination)
    {
        try
        {
            using var stream = new DeflateStream(new MemoryStream(buffer, 0, length, writable: false), CompressionMode.Decompress);
            int inflated = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            return inflated == destination.Length ? null : $"{inflated} bytes came out";
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private CorruptImageException Broken(string code, long offset, string detail) =>
        new(code, $"compressed cluster at offset {offset} of {file.Path}: {detail}");
}
