using System.Buffers.Binary;
using Mig.Core;

namespace Mig.Edits.Purging;

/// <summary>
/// The contents that must go, cut into the blocks in which a file system lays them on a disk: a deleted file's content lies there block by
/// block, wherever that is.
/// </summary>
internal sealed class SecretBlocks
{
    /// <summary>What every block of a file system, wherever its partition begins, is a multiple of.</summary>
    public const int BlockSize = 512;

    private readonly Dictionary<ulong, List<byte[]>> _blocks = [];

    /// <summary>The beginnings of the contents, for those who look for them at any place.</summary>
    public List<SecretHead> Heads { get; } = [];

    /// <summary>Whether there is anything to look for.</summary>
    public bool IsEmpty => _blocks.Count == 0;

    /// <summary>Adds the next bytes of a content.</summary>
    /// <param name="bytes">Whole blocks, but for the end of the content.</param>
    /// <param name="isStart">Whether they are the first of the content.</param>
    public void Add(ReadOnlySpan<byte> bytes, bool isStart)
    {
        if (isStart && bytes.Length >= SecretHead.KeySize)
            Heads.Add(SecretHead.Of(bytes));
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(BlockSize, bytes.Length)..])
        {
            ReadOnlySpan<byte> block = bytes[..Math.Min(BlockSize, bytes.Length)];

            // What is shorter could be anything, and zeros are no secret.
            if (block.Length < SecretHead.KeySize || ZeroBytes.IsZero(block))
                continue;
            ulong key = BinaryPrimitives.ReadUInt64LittleEndian(block);
            if (!_blocks.TryGetValue(key, out List<byte[]>? same))
                _blocks.Add(key, same = []);
            if (!Contains(same, block))
                same.Add(block.ToArray());
        }
    }

    /// <summary>Returns how many bytes at the start of a block of a disk are those of a secret block; 0 when none are.</summary>
    public int Match(ReadOnlySpan<byte> block)
    {
        if (block.Length < SecretHead.KeySize
            || !_blocks.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(block), out List<byte[]>? candidates))
            return 0;
        int longest = 0;
        foreach (byte[] candidate in candidates)
        {
            if (candidate.Length > longest && block.StartsWith(candidate))
                longest = candidate.Length;
        }

        return longest;
    }

    private static bool Contains(List<byte[]> blocks, ReadOnlySpan<byte> block)
    {
        foreach (byte[] other in blocks)
        {
            if (block.SequenceEqual(other))
                return true;
        }

        return false;
    }
}
