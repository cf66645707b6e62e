using System.Buffers;
using Mig.Store.Packs;

namespace Mig.Store.Exchange;

/// <summary>
/// A frame on its way out: in memory, or still in its pack, from where it goes piece by piece, so that whoever waits for a slow reader
/// holds little of it. Valid as long as the one who was given it has not returned.
/// </summary>
public readonly struct OutgoingFrame
{
    internal const int PieceSize = 64 << 10;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly PackFile? _pack;
    private readonly long _offset;

    internal OutgoingFrame(ReadOnlyMemory<byte> bytes) => (_bytes, Length) = (bytes, bytes.Length);

    internal OutgoingFrame(PackFile pack, long offset, int length) => (_pack, _offset, Length) = (pack, offset, length);

    /// <summary>Bytes of the whole frame.</summary>
    public int Length { get; }

    /// <summary>Writes it out.</summary>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (_pack is null)
        {
            stream.Write(_bytes.Span);
            return;
        }

        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            for (int done = 0; done < Length;)
            {
                int count = Math.Min(PieceSize, Length - done);
                _pack.ReadBytes(_offset + done, piece.AsSpan(0, count));
                stream.Write(piece, 0, count);
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Copies it into a buffer of its length.</summary>
    public void CopyTo(Span<byte> buffer)
    {
        if (_pack is null)
            _bytes.Span.CopyTo(buffer);
        else
            _pack.ReadBytes(_offset, buffer[..Length]);
    }
}
