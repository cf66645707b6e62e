namespace Mig.FileSystems.Fat;

/// <summary>A name in a directory, with all that its short entry says.</summary>
/// <param name="Name">The long name, or the short one where there is no long one.</param>
/// <param name="ShortName">The short name as it is shown.</param>
/// <param name="FirstSlot">Where its long name begins in the directory, in slots; the same as <paramref name="Slot"/> without one.</param>
/// <param name="Slot">Where its short entry stands in the directory, in slots.</param>
/// <param name="Offset">Where its short entry lies on the volume, in bytes.</param>
/// <param name="Bytes">The short entry.</param>
internal sealed record FatEntry(string Name, string ShortName, int FirstSlot, int Slot, long Offset, byte[] Bytes)
{
    /// <summary>FAT has no inodes: a node is where its entry lies.</summary>
    public long Node => Offset / DirectorySlot.Size;

    // Not public: what a record prints is its public properties, and a ref struct cannot be printed.
    internal DirectorySlot View => new(Bytes);

    public bool IsDirectory => (View.Attributes & DosAttributes.Directory) != 0;
}
