using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>
/// Collects the runs of one file, ascending: joins what touches, cuts at the file's end, and counts so that hostile maps end early.
/// </summary>
internal sealed class RunList : IBlockMapSink
{
    private readonly Geometry _geometry;
    private readonly long _inode;
    private readonly long _size;
    private readonly long _maxBlocks;
    private readonly int _maxRuns;
    private readonly ReservedBlocks _reserved;
    private readonly ISpaceWatcher? _watcher;
    private readonly string _what;
    private FileExtent[] _runs = [];
    private int _count;
    private long _blocks;
    private HashSet<long>? _treeBlocks;

    /// <param name="inode">For messages.</param>
    /// <param name="size">Where to cut, in bytes.</param>
    /// <param name="reserved">What the blocks may not be.</param>
    /// <param name="watcher">Is told of all blocks, those too that are reserved or lie beyond the end; null when nobody wants to
    /// know.</param>
    /// <param name="what">What lies in them, for the watcher.</param>
    public RunList(Geometry geometry, long inode, long size, Limits limits, ReservedBlocks reserved, ISpaceWatcher? watcher, string what)
    {
        _reserved = reserved;
        _watcher = watcher;
        _what = what;
        _geometry = geometry;
        _inode = inode;
        _size = size;
        _maxRuns = limits.MaxExtentsPerFile;
        // Where blocks may be shared, one file may name a block more than once: then only the number of runs is limited.
        _maxBlocks = geometry.Has(ReadOnlyCompatibleFeatures.SharedBlocks) ? long.MaxValue : geometry.BlockCount;
    }

    public void Add(long fileBlock, long count, long volumeBlock, bool isUnwritten)
    {
        _reserved.Check(_inode, volumeBlock, count);
        _watcher?.InUse(new ByteRange(volumeBlock * _geometry.BlockSize, count * _geometry.BlockSize), _inode, _what);
        if (isUnwritten)
            return;
        _blocks += count;
        if (_blocks > _maxBlocks)
            throw ExtError.Corrupt("EXT4-049",
                $"inode {_inode}: maps {_blocks} blocks or more, the file system has {_geometry.BlockCount}");
        long fileOffset = fileBlock * _geometry.BlockSize;
        long volumeOffset = volumeBlock * _geometry.BlockSize;
        long length = Math.Min(count * _geometry.BlockSize, _size - fileOffset);
        if (length <= 0)
            return; // allocated beyond the end: preallocation, or the Merkle tree of fs-verity
        if (_count > 0)
        {
            ref FileExtent last = ref _runs[_count - 1];
            if (last.FileOffset + last.Length == fileOffset && last.VolumeOffset + last.Length == volumeOffset)
            {
                last = last with { Length = last.Length + length };
                return;
            }
        }

        if (_count == _maxRuns)
            throw ExtError.Corrupt("EXT4-048", $"inode {_inode}: has more than {_maxRuns} extents, at most {_maxRuns} allowed");
        if (_count == _runs.Length)
            Array.Resize(ref _runs, Math.Max(1, 2 * _count));
        _runs[_count++] = new FileExtent(fileOffset, length, volumeOffset);
    }

    // A block of the map that comes twice would be a loop without end.
    public void VisitTreeBlock(long block)
    {
        _reserved.Check(_inode, block, 1);
        _watcher?.InUse(new ByteRange(block * _geometry.BlockSize, _geometry.BlockSize), _inode, "block map");
        _treeBlocks ??= [];
        if (!_treeBlocks.Add(block))
            throw ExtError.Corrupt("EXT4-047",
                $"inode {_inode}: its block map uses block {block} at {block * _geometry.BlockSize} twice, once allowed");
    }

    public FileExtent[] ToArray()
    {
        if (_count != _runs.Length)
            Array.Resize(ref _runs, _count);
        return _runs;
    }
}
