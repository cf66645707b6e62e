namespace Mig.FileSystems;

/// <summary>Keeps aligned pieces of the volume, the last one read in each slot. Safe for several threads, without locks.</summary>
/// <param name="pieceSize">A power of two.</param>
internal sealed class PieceCache(int pieceSize, int pieceCount)
{
    private readonly Piece?[] _pieces = new Piece?[pieceCount];

    public int PieceSize { get; } = pieceSize;

    /// <summary>Returns the piece with a number; null when it is not kept.</summary>
    public byte[]? Find(long number)
    {
        // A piece is never changed after it is published, so a reader may hold it as long as it likes.
        Piece? piece = Volatile.Read(ref _pieces[number % _pieces.Length]);
        return piece?.Number == number ? piece.Bytes : null;
    }

    public void Keep(long number, byte[] bytes) => Volatile.Write(ref _pieces[number % _pieces.Length], new Piece(number, bytes));

    private sealed record Piece(long Number, byte[] Bytes);
}
