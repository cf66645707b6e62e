namespace Mig.FileSystems.Fat;

/// <summary>Reads a volume: as it lies there, or with the changes that a writer has made so far.</summary>
internal interface IVolumeReader
{
    /// <summary>Reads a small part of the table or of a directory; what lies around it is likely to be asked for next.</summary>
    void ReadMetadata(long offset, Span<byte> destination);

    /// <summary>Reads any range.</summary>
    void Read(long offset, Span<byte> destination);
}
