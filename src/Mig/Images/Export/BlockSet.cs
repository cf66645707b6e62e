using Mig.Core;

namespace Mig.Images.Export;

/// <summary>A set of blocks of a disk: one bit each. Blocks may be added from several threads.</summary>
/// <param name="length">Bytes of the disk.</param>
/// <param name="blockLength">Bytes of a block.</param>
internal sealed class BlockSet(long length, int blockLength)
{
    private const int WordBits = 64;
    private readonly ulong[] _words = new ulong[(((length + blockLength - 1) / blockLength) + WordBits - 1) / WordBits];

    public int BlockLength => blockLength;

    /// <summary>Adds the blocks that a range of the disk touches.</summary>
    public void Add(ByteRange range)
    {
        for (long block = range.Offset / blockLength; block * blockLength < range.End; block++)
            Interlocked.Or(ref _words[block / WordBits], 1UL << (int)(block % WordBits));
    }

    /// <summary>Returns what the blocks cover, ascending, not touching, cut at the end of the disk.</summary>
    public IEnumerable<ByteRange> GetRanges()
    {
        long start = -1, count = (length + blockLength - 1) / blockLength;
        for (long block = 0; block < count; block++)
        {
            ulong word = _words[block / WordBits];
            if (word == 0 && start < 0 && block % WordBits == 0)
            {
                block += WordBits - 1;
                continue;
            }

            bool isIn = (word >> (int)(block % WordBits) & 1) != 0;
            if (isIn && start < 0)
                start = block;
            if (isIn || start < 0)
                continue;
            yield return ByteRange.FromBounds(start * blockLength, block * blockLength);
            start = -1;
        }

        if (start >= 0)
            yield return ByteRange.FromBounds(start * blockLength, length);
    }
}
