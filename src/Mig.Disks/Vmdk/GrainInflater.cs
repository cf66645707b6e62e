using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Mig.Core;

namespace Mig.Disks.Vmdk;

// Layout: VMware "Virtual Disk Format 5.0", "Stream-Optimized Compressed Sparse Extents": a grain is
//   0x00 u64 first sector of the grain on the disk, 0x08 u32 length of the compressed bytes, 0x0C those bytes: RFC 1950.
/// <summary>Reads compressed grains. Bounded: a grain inflates to its own size or is refused.</summary>
internal sealed class GrainInflater(FileSource file, int grainLength)
{
    public const int MarkerLength = 12;

    // Deflate grows incompressible bytes by less than 0.1 %; nobody writes more.
    private readonly int _maxCompressedLength = grainLength + (grainLength >> 3) + 1024;

    /// <summary>Fills <paramref name="destination"/>, which is as long as the grain, or as what the end of the disk leaves of it.</summary>
    /// <param name="offset">Where the marker stands in the file.</param>
    public void Read(long offset, long diskSector, Span<byte> destination)
    {
        // Most grains compress well, so one small read often gets marker and data.
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MarkerLength + _maxCompressedLength);
        try
        {
            int present = (int)Math.Min(Math.Min(grainLength / 2, buffer.Length), file.Length - offset);
            if (present < MarkerLength)
                throw Broken("VMDK-015", offset, $"{present} bytes present, {MarkerLength} needed");
            file.ReadExactly(offset, buffer.AsSpan(0, present));
            ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
            if (sector != (ulong)diskSector)
                throw Broken("VMDK-015", offset, $"belongs to disk sector {sector}, but the grain table has it for {diskSector}");
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(8));
            if (length == 0 || length > _maxCompressedLength || length > file.Length - offset - MarkerLength)
                throw Broken("VMDK-016", offset,
                    $"{length} compressed bytes, 1 to {Math.Min(_maxCompressedLength, file.Length - offset - MarkerLength)} allowed");
            int needed = MarkerLength + (int)length;
            if (needed > present)
                file.ReadExactly(offset + present, buffer.AsSpan(present, needed - present));
            Inflate(buffer, (int)length, offset, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Inflate(byte[] buffer, int length, long offset, Span<byte> destination)
    {
        int inflated;
        int surplus = 0;
        try
        {
            using var stream = new ZLibStream(new MemoryStream(buffer, MarkerLength, length, writable: false), CompressionMode.Decompress);
            inflated = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            // The last grain of a disk may be stored whole, or cut where the disk ends. Reading on also checks the checksum at the end.
            Span<byte> rest = stackalloc byte[256];
            for (int read; surplus <= grainLength - destination.Length && (read = stream.Read(rest)) > 0;)
                surplus += read;
        }
        // an IOException, as .NET has it, where zlib wants a preset dictionary
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new CorruptImageException(
                "VMDK-017", $"compressed grain at offset {offset} of {file.Path}: does not inflate: {e.Message}", e);
        }

        if (inflated < destination.Length)
            throw Broken("VMDK-018", offset, $"inflates to {inflated} bytes, {destination.Length} needed");
        if (surplus > grainLength - destination.Length)
            throw Broken("VMDK-018", offset, $"inflates to more than {grainLength} bytes, the size of a grain");
    }

    private CorruptImageException Broken(string code, long offset, string detail) =>
        new(code, $"compressed grain at offset {offset} of {file.Path}: {detail}");
}
