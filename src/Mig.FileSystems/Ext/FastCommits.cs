using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext;

// Layout: kernel fs/ext4/fast_commit.h. Tags of two bytes of type and two of length; integers little-endian.
/// <summary>
/// Finds out whether fast commits wait behind the log. They are changes to be made, not copies of blocks, and are not replayed.
/// </summary>
internal static class FastCommits
{
    private const int TagSize = 4;
    private const ushort PadTag = 7;
    private const ushort TailTag = 8;
    private const ushort HeadTag = 9;
    private const int HeadSize = 8;
    private const int TailSize = 8;

    /// <param name="sequence">The transaction that whole commits end at: fast commits count only if they continue it.</param>
    /// <exception cref="UnsupportedFeatureException">There is at least one whole fast commit.</exception>
    public static void ThrowIfPresent(JournalLog log, uint first, uint end, uint sequence, int blockSize)
    {
        byte[] block = new byte[blockSize];
        uint crc = 0;
        for (uint number = first; number < end; number++)
        {
            log.Read(number, block);
            int position = 0;
            while (position + TagSize <= blockSize)
            {
                ReadOnlySpan<byte> tag = block.AsSpan(position);
                ushort type = BinaryPrimitives.ReadUInt16LittleEndian(tag);
                int length = BinaryPrimitives.ReadUInt16LittleEndian(tag[2..]);
                bool isHead = type == HeadTag;
                if (length > tag.Length - TagSize || (number == first && position == 0 && !isHead) || type is < 1 or > HeadTag)
                    return; // not a tag: what an earlier use left behind
                ReadOnlySpan<byte> value = tag.Slice(TagSize, length);
                if (isHead && (length < HeadSize || BinaryPrimitives.ReadUInt32LittleEndian(value[4..]) != sequence))
                    return;
                if (type == TailTag)
                {
                    if (length < TailSize || BinaryPrimitives.ReadUInt32LittleEndian(value) != sequence)
                        return;
                    if (BinaryPrimitives.ReadUInt32LittleEndian(value[4..]) == Crc32C.Append(crc, tag[..(TagSize + 4)]))
                        throw new UnsupportedFeatureException(
                            "ext4 fast_commit", $"fast commits wait in the journal from {log.Locate(first)} on; recover it with e2fsck");
                    return;
                }

                crc = Crc32C.Append(crc, tag[..(TagSize + length)]);
                position += TagSize + length;
                if (type == PadTag)
                    break;
            }
        }
    }
}
