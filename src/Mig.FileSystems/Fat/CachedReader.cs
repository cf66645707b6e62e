using Mig.Core;

namespace Mig.FileSystems.Fat;

/// <summary>Reads metadata in aligned pieces, which stay in a small cache. Safe for several threads.</summary>
internal sealed class CachedReader(IByteSource volume, long length) : IVolumeReader
{
    private readonly PieceCache _pieces = new(16 << 10, 256);

    public void ReadMetadata(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> piece = Get(offset / _pieces.PieceSize).AsSpan((int)(offset % _pieces.PieceSize));
            int count = Math.Min(piece.Length, destination.Length);
            piece[..count].CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    public void Read(long offset, Span<byte> destination) => volume.ReadExactly(offset, destination);

    private byte[] Get(long number)
    {
        if (_pieces.Find(number) is { } known)
            return known;
        long start = number * _pieces.PieceSize;
        byte[] piece = GC.AllocateUninitializedArray<byte>((int)Math.Min(_pieces.PieceSize, length - start));
        volume.ReadExactly(start, piece);
        _pieces.Keep(number, piece);
        return piece;
    }
}
