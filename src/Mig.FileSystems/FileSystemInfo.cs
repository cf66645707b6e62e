namespace Mig.FileSystems;

/// <summary>What a file system says of itself.</summary>
/// <param name="Type">Its usual name, in lower case: <c>ext4</c>, <c>xfs</c>, <c>ntfs</c>.</param>
/// <param name="Label">The volume label; empty when there is none.</param>
/// <param name="Uuid">The volume's UUID or serial number as its own tools print it; empty when there is none.</param>
/// <param name="BlockSize">Bytes in an allocation unit.</param>
/// <param name="Length">Bytes that the file system covers, from the start of the volume.</param>
/// <param name="FreeBytes">Bytes that it holds to be free.</param>
/// <param name="Notes">What a user should know, one sentence each, such as that a journal was replayed in memory.</param>
public sealed record FileSystemInfo(
    string Type,
    string Label,
    string Uuid,
    int BlockSize,
    long Length,
    long FreeBytes,
    IReadOnlyList<string> Notes)
{
    /// <summary>
    /// Why what it holds to be free may be in use, as far as it says so itself, without a full stop; empty when it does not.
    /// </summary>
    public string FreeSpaceDoubt { get; init; } = "";
}
