namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// Consecutive blocks of a file that are consecutive on the volume; of any length, whatever an extent of the format may have.
/// </summary>
/// <param name="IsUnwritten">Whether they are reserved, and read as zeros.</param>
internal readonly record struct MappedRun(long FileBlock, long Count, long VolumeBlock, bool IsUnwritten)
{
    /// <summary>First file block behind the run.</summary>
    public long End => FileBlock + Count;

    public MappedRun Slice(long from, long to) => new(from, to - from, VolumeBlock + (from - FileBlock), IsUnwritten);
}
