using Mig.Core;

namespace Mig.FileSystems.Ext;

/// <summary>The blocks of a journal by their number within it; where they lie on the volume is for this type alone to know.</summary>
internal sealed class JournalLog
{
    private readonly IByteSource _volume;
    private readonly FileExtent[] _runs;
    private readonly int _blockSize;

    /// <param name="runs">The journal's blocks, which must have no holes.</param>
    public JournalLog(IByteSource volume, FileExtent[] runs, int blockSize)
    {
        _volume = volume;
        _runs = runs;
        _blockSize = blockSize;
        long next = 0;
        foreach (FileExtent run in runs)
        {
            if (run.FileOffset != next)
                throw ExtError.Corrupt("EXT4-090", $"journal has a hole at {next}, none allowed");
            next += run.Length;
        }

        BlockCount = next / blockSize;
    }

    public long BlockCount { get; }

    public void Read(uint block, Span<byte> destination) => _volume.ReadExactly(Locate(block), destination);

    /// <summary>Returns where a block stands on the volume, in bytes.</summary>
    public long Locate(uint block)
    {
        long offset = (long)block * _blockSize;
        int low = 0;
        int high = _runs.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_runs[middle].FileOffset <= offset)
                low = middle;
            else
                high = middle - 1;
        }

        return _runs[low].VolumeOffset + (offset - _runs[low].FileOffset);
    }
}
