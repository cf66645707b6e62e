using System.Text;
using Mig.Core;

namespace Mig.Archives.Tar;

/// <summary>
/// Reads which parts of a sparse file are in the archive, in all forms that GNU tar writes. Source: GNU tar manual, "Storing Sparse Files".
/// </summary>
internal static class SparseMap
{
    private const int MaxPieces = 1 << 20;
    private const long MaxSize = 1L << 44; // what no file of ext4 exceeds
    private const int MaxDigits = 20;

    /// <summary>Of the old GNU format: pieces in the header, and in as many blocks after it as it takes.</summary>
    /// <param name="readBlock">Reads the next 512 bytes of the archive.</param>
    public static List<ByteRange> ReadOld(TarHeader header, Action<byte[]> readBlock, long offset)
    {
        var pieces = new List<ByteRange>();
        AddOld(header.SparseMap, pieces, offset);
        bool isExtended = header.IsSparseExtended;
        byte[] block = new byte[TarHeader.Size];
        while (isExtended)
        {
            readBlock(block);
            AddOld(block.AsSpan(0, TarLayout.SparseEntriesPerBlock * TarLayout.SparseEntryLength), pieces, offset);
            isExtended = block[TarLayout.SparseEntriesPerBlock * TarLayout.SparseEntryLength] != 0;
        }

        return Check(pieces, header.SparseRealSize, offset);
    }

    /// <summary>Of the pax formats 0.0 and 0.1: pieces in the extended header.</summary>
    public static List<ByteRange> ReadPax(PaxHeader pax, long realSize, long offset)
    {
        List<long> numbers = pax.SparseNumbers;
        if (pax.Bytes(PaxKey.SparseMap) is { } map)
        {
            numbers = [];
            foreach (Range range in map.AsSpan().Split((byte)','))
            {
                numbers.Add(PaxHeader.ParseNumber(map.AsSpan()[range], PaxKey.SparseMap, offset));
                if (numbers.Count > 2 * MaxPieces)
                    throw TooMany(offset);
            }
        }

        return FromNumbers(numbers, realSize, offset);
    }

    /// <summary>Of the pax format 1.0: decimal numbers, one to a line, before the content, filled up to a block.</summary>
    /// <param name="data">The member's bytes; the content is left.</param>
    public static List<ByteRange> ReadFromData(Stream data, long realSize, long offset)
    {
        long read = 0;
        long count = ReadLine();
        if (count > MaxPieces)
            throw TooMany(offset);
        var numbers = new List<long>();
        for (long i = 0; i < 2 * count; i++)
            numbers.Add(ReadLine());
        byte[] rest = new byte[(int)((TarHeader.Size - (read % TarHeader.Size)) % TarHeader.Size)];
        data.ReadExactly(rest);
        return FromNumbers(numbers, realSize, offset);

        long ReadLine()
        {
            Span<byte> digits = stackalloc byte[MaxDigits];
            for (int length = 0; length < MaxDigits; length++)
            {
                int b = data.ReadByte();
                if (b < 0)
                    throw new EndOfStreamException();
                read++;
                if (b == '\n')
                    return PaxHeader.ParseNumber(digits[..length], "the sparse map", offset);
                digits[length] = (byte)b;
            }

            throw new CorruptImageException(
                "TAR-006", $"sparse file at {offset}: a number of its map has more than {MaxDigits - 1} digits");
        }
    }

    private static void AddOld(ReadOnlySpan<byte> entries, List<ByteRange> pieces, long offset)
    {
        for (; entries.Length >= TarLayout.SparseEntryLength && entries[0] != 0; entries = entries[TarLayout.SparseEntryLength..])
        {
            if (TarHeader.TryNumber(entries[..TarLayout.NumberLength]) is not { } start
                || TarHeader.TryNumber(entries[TarLayout.NumberLength..TarLayout.SparseEntryLength]) is not { } length)
                throw new CorruptImageException("TAR-006",
                    $"sparse file at {offset}: '{Encoding.Latin1.GetString(entries[..TarLayout.SparseEntryLength])}' is no piece");
            pieces.Add(new ByteRange(start, length));
            if (pieces.Count > MaxPieces)
                throw TooMany(offset);
        }
    }

    private static List<ByteRange> FromNumbers(List<long> numbers, long realSize, long offset)
    {
        if (numbers.Count % 2 != 0)
            throw new CorruptImageException("TAR-006", $"sparse file at {offset}: its map has {numbers.Count} numbers, pairs needed");
        return Check([.. numbers.Chunk(2).Select(pair => new ByteRange(pair[0], pair[1]))], realSize, offset);
    }

    private static List<ByteRange> Check(List<ByteRange> pieces, long realSize, long offset)
    {
        if (realSize is < 0 or > MaxSize)
            throw new CorruptImageException("TAR-006", $"sparse file at {offset}: its size is {realSize}, 0 to {MaxSize} allowed");
        long end = 0;
        foreach (ByteRange piece in pieces)
        {
            if (piece.Offset < end || piece.Length < 0 || piece.Length > realSize - piece.Offset)
                throw new CorruptImageException(
                    "TAR-006",
                    $"sparse file at {offset}: piece {piece.Offset}+{piece.Length} does not lie between {end} and the file's size "
                    + $"{realSize}");
            end = piece.Offset + piece.Length;
        }

        return pieces;
    }

    private static CorruptImageException TooMany(long offset) => new("TAR-006", $"sparse file at {offset}: more than {MaxPieces} pieces");
}
