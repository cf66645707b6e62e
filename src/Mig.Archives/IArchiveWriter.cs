namespace Mig.Archives;

/// <summary>
/// Writes an archive from front to back. A directory stands before all that is in it, and the first name of a file before its further ones.
/// </summary>
public interface IArchiveWriter
{
    /// <summary>Writes what has no content of its own: a directory, an empty file, a link, a device.</summary>
    void WriteMember(ArchiveMember member);

    /// <summary>Begins a file; its content follows.</summary>
    void BeginFile(ArchiveMember member);

    /// <summary>Writes the next bytes of the file; holes are passed as zeros unless the format knows them.</summary>
    void WriteContent(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the file.</summary>
    void EndFile();

    /// <summary>Ends the archive.</summary>
    void Complete();

    /// <summary>Whether holes are said, not written.</summary>
    bool KnowsHoles { get; }
}
