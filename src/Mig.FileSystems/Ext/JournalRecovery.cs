using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Finds what recovery of the journal (jbd2) would write, without writing it. As in the kernel, three passes: how far whole transactions
/// reach; which blocks were revoked, so that older copies must not be used; which copy of each block is the newest.
/// </summary>
internal sealed class JournalRecovery
{
    private const int BytesPerEntry = 64; // of a dictionary and of the array at the end

    private readonly JournalLog _log;
    private readonly Geometry _geometry;
    private readonly JournalFeatures _features;
    private readonly bool _hasBlockChecksums;
    private readonly bool _hasTransactionChecksums;
    private readonly uint _seed;
    private readonly uint _first;
    private readonly uint _end;
    private readonly uint _start;
    private readonly uint _startSequence;
    private readonly uint _firstFastCommit;
    private readonly uint _blockCount;
    private readonly byte[] _block;
    private readonly byte[] _copy;
    private readonly Dictionary<long, uint> _revoked = [];
    private readonly Dictionary<long, JournalledBlock> _newest = [];
    private int _maxEntries;

    public JournalRecovery(JournalLog log, Geometry geometry)
    {
        _log = log;
        _geometry = geometry;
        _block = new byte[geometry.BlockSize];
        _copy = new byte[geometry.BlockSize];
        if (log.BlockCount == 0)
            throw ExtError.Corrupt("EXT4-090", "journal has no blocks, at least 2 needed");
        _log.Read(0, _block);
        JournalSuperblock superblock = JournalSuperblock.Parse(_block, log.Locate(0), geometry.BlockSize, log.BlockCount);
        _features = superblock.Features;
        _hasBlockChecksums = superblock.HasBlockChecksums;
        _hasTransactionChecksums = superblock.HasTransactionChecksums;
        _seed = superblock.ChecksumSeed;
        _first = superblock.First;
        _end = superblock.End;
        _start = superblock.Start;
        _startSequence = superblock.Sequence;
        _firstFastCommit = superblock.FirstFastCommit;
        _blockCount = superblock.BlockCount;
    }

    private enum Pass
    {
        Scan,
        Revoke,
        Replay,
    }

    /// <summary>How many transactions wait in the journal; known after <see cref="FindBlocks"/>.</summary>
    public uint TransactionCount { get; private set; }

    /// <summary>The number of the first transaction that is not whole; known after <see cref="FindBlocks"/>.</summary>
    public uint EndSequence { get; private set; }

    /// <summary>Where the journal's superblock stands on the volume, in bytes.</summary>
    public long SuperblockOffset => _log.Locate(0);

    /// <summary>Returns the newest copy of every block that waits in the journal.</summary>
    /// <param name="damage">Takes that fast commits wait behind the others, which come back; null to throw.</param>
    public JournalOverlay FindBlocks(Limits limits, DamageList? damage = null)
    {
        EndSequence = _startSequence;
        if (_start == 0)
            return JournalOverlay.Empty;
        _maxEntries = limits.MaxTableBytes / BytesPerEntry;
        uint endSequence = Run(Pass.Scan, 0);
        TransactionCount = endSequence - _startSequence;
        EndSequence = endSequence;
        try
        {
            FastCommits.ThrowIfPresent(_log, _firstFastCommit, _blockCount, endSequence, _geometry.BlockSize);
        }
        catch (UnsupportedFeatureException e) when (damage is not null)
        {
            damage.Add([], $"the file system was in use, and its last changes are not seen: {e.Message}");
        }

        Run(Pass.Revoke, endSequence);
        Run(Pass.Replay, endSequence);
        return new JournalOverlay(_newest.Values);
    }

    /// <summary>Walks over the log.</summary>
    /// <param name="endSequence">The first transaction that is not whole; the scan finds it.</param>
    /// <returns>The number of the transaction at which the walk ended.</returns>
    private uint Run(Pass pass, uint endSequence)
    {
        uint sequence = _startSequence;
        uint position = _start;
        long steps = 0;
        uint crc = Crc32Big.Start;
        bool isSuspect = false; // a block of this transaction has a wrong checksum: damage, or left over from an earlier use of the log
        ulong lastCommitSeconds = 0;
        while (pass == Pass.Scan || sequence != endSequence)
        {
            uint at = position;
            _log.Read(at, _block);
            var block = new JournalBlock(_block);
            if (!block.HasMagic || block.Sequence != sequence)
                break;
            Advance(ref position, ref steps, 1);
            switch (block.Type)
            {
                case JournalBlockType.Descriptor:
                    if (_hasBlockChecksums && !block.IsTailValid(_seed))
                    {
                        if (pass != Pass.Scan)
                            throw Corrupt("EXT4-096", at, "checksum of the descriptor block is wrong");
                        isSuspect = true;
                    }

                    crc = _hasTransactionChecksums && pass == Pass.Scan ? Crc32Big.Append(crc, _block) : crc;
                    ReadTags(pass, sequence, ref position, ref steps, ref crc);
                    break;
                case JournalBlockType.Commit:
                    if (pass == Pass.Scan)
                    {
                        bool isValid = !isSuspect && (!_hasBlockChecksums || block.IsCommitValid(_seed))
                            && (!_hasTransactionChecksums || block.IsTransactionValid(crc));
                        if (!isValid && (block.CommitSeconds < lastCommitSeconds || (_features & JournalFeatures.AsyncCommit) != 0))
                            return sequence; // older than its predecessor: what an earlier use left behind
                        if (!isValid)
                            throw Corrupt("EXT4-096", at, $"transaction {sequence} has a wrong checksum");
                        lastCommitSeconds = block.CommitSeconds;
                        crc = Crc32Big.Start;
                    }

                    sequence++;
                    break;
                case JournalBlockType.Revoke:
                    if (_hasBlockChecksums && !block.IsTailValid(_seed))
                    {
                        if (pass != Pass.Scan)
                            throw Corrupt("EXT4-096", at, "checksum of the revocation block is wrong");
                        isSuspect = true;
                    }

                    if (pass == Pass.Revoke)
                        ReadRevocations(block, at, sequence);
                    break;
                default:
                    return sequence;
            }
        }

        return sequence;
    }

    private void ReadTags(Pass pass, uint sequence, ref uint position, ref long steps, ref uint crc)
    {
        var tags = new JournalTags(_block, _features);
        while (tags.MoveNext())
        {
            uint at = position;
            Advance(ref position, ref steps, 1);
            if (pass == Pass.Scan && _hasTransactionChecksums)
            {
                _log.Read(at, _copy);
                crc = Crc32Big.Append(crc, _copy);
            }

            if (pass != Pass.Replay || (_revoked.TryGetValue(tags.Block, out uint revoked) && (int)(sequence - revoked) <= 0))
                continue;
            if (tags.Block < 0 || tags.Block >= _geometry.BlockCount)
                throw Corrupt("EXT4-097", at, $"copy of block {tags.Block}, 0 to {_geometry.ReadableBlocks - 1} allowed");
            if (_hasBlockChecksums)
                CheckCopy(at, sequence, tags.Checksum);
            CheckRoom(at, _newest.Count);
            _newest[tags.Block] = new JournalledBlock(tags.Block, _log.Locate(at), tags.IsEscaped);
        }
    }

    private void CheckCopy(uint at, uint sequence, uint stored)
    {
        _log.Read(at, _copy);
        uint computed = Crc32C.Append(Crc32C.Append(_seed, BinaryPrimitives.ReverseEndianness(sequence)), _copy);
        if ((_features & JournalFeatures.Checksum3) == 0)
            computed = (ushort)computed;
        if (stored != computed)
            throw Corrupt("EXT4-099", at, $"checksum of the copy is 0x{stored:x8}, its bytes sum up to 0x{computed:x8}");
    }

    private void ReadRevocations(JournalBlock block, uint at, uint sequence)
    {
        const int headerSize = 16;
        int maxLength = _block.Length - (_hasBlockChecksums ? JournalBlock.TailSize : 0);
        if (block.RevokeLength < headerSize || block.RevokeLength > maxLength)
            throw Corrupt("EXT4-100", at, $"revocations take {block.RevokeLength} bytes, {headerSize} to {maxLength} allowed");
        bool is64Bit = (_features & JournalFeatures.SixtyFourBit) != 0;
        int size = is64Bit ? sizeof(ulong) : sizeof(uint);
        for (int i = headerSize; i + size <= block.RevokeLength; i += size)
        {
            long number = is64Bit ? (long)BinaryPrimitives.ReadUInt64BigEndian(_block.AsSpan(i))
                : BinaryPrimitives.ReadUInt32BigEndian(_block.AsSpan(i));
            CheckRoom(at, _revoked.Count);
            if (!_revoked.TryGetValue(number, out uint earlier) || (int)(sequence - earlier) > 0)
                _revoked[number] = sequence;
        }
    }

    private void CheckRoom(uint at, int count)
    {
        if (count >= _maxEntries)
            throw Corrupt("EXT4-098", at, $"more than {_maxEntries} blocks are to be replayed or revoked, at most {_maxEntries} allowed");
    }

    // The log is a ring, and a walk that goes round it would never end.
    private void Advance(ref uint position, ref long steps, uint count)
    {
        steps += count;
        if (steps > _end - _first)
            throw Corrupt("EXT4-101", position, $"transactions take more than the log's {_end - _first} blocks");
        position += count;
        if (position >= _end)
            position -= _end - _first;
    }

    private CorruptImageException Corrupt(string code, uint block, string detail) =>
        ExtError.Corrupt(code, $"journal block {block} at {_log.Locate(block)}: {detail}");
}
