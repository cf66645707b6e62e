using Mig.Core;

namespace Mig.Images.Extract.Archives;

/// <summary>Writes an archive from front to back. Entries come in the order of <see cref="ArchiveOrder"/>.</summary>
internal interface IArchiveWriter
{
    /// <summary>Writes what has no content of its own: a directory, an empty file, a link, a device.</summary>
    void WriteEntry(PlannedEntry entry, byte[] path);

    /// <summary>Begins a file; its content follows.</summary>
    /// <param name="data">The ranges that are not holes, ascending; null when there are no holes.</param>
    void BeginFile(PlannedEntry entry, byte[] path, IReadOnlyList<ByteRange>? data);

    /// <summary>Writes the next bytes of the file; holes are passed as zeros unless the format knows them.</summary>
    void WriteContent(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the file.</summary>
    void EndFile();

    /// <summary>Ends the archive.</summary>
    void Complete();

    /// <summary>Whether holes are said, not written.</summary>
    bool KnowsHoles { get; }
}
