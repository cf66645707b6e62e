namespace Mig.FileSystems.Ext;

/// <summary>Takes what an extent tree or a block map says, in order of the file's blocks.</summary>
internal interface IBlockMapSink
{
    /// <summary>Takes blocks that are behind all earlier ones in the file; they lie on the volume.</summary>
    /// <param name="isUnwritten">Whether they are reserved, and read as zeros.</param>
    void Add(long fileBlock, long count, long volumeBlock, bool isUnwritten);

    /// <summary>Takes a block of the map itself, before what it holds.</summary>
    void VisitTreeBlock(long block);
}
