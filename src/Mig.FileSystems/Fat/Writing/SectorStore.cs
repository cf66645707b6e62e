using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>The sectors of table, directories and cluster tails that a writer has changed.</summary>
internal sealed class SectorStore(IByteTarget target, Geometry geometry)
    : ChangedBlocks(target, geometry.SectorSize, geometry.Length / geometry.SectorSize), IVolumeReader
{
    public void ReadMetadata(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> sector = Get(offset / BlockSize).AsSpan((int)(offset % BlockSize));
            int count = Math.Min(sector.Length, destination.Length);
            sector[..count].CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>Changes bytes; sectors in which nothing differs are not touched.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int within = (int)(offset % BlockSize);
            int count = Math.Min(BlockSize - within, bytes.Length);
            if (!Get(offset / BlockSize).AsSpan(within, count).SequenceEqual(bytes[..count]))
                bytes[..count].CopyTo(Edit(offset / BlockSize).AsSpan(within));
            bytes = bytes[count..];
            offset += count;
        }
    }

    /// <summary>Makes whole sectors zero.</summary>
    public void Clear(ByteRange range)
    {
        for (long sector = range.Offset / BlockSize; sector * BlockSize < range.End; sector++)
            Create(sector);
    }

    /// <summary>Returns a directory entry to change, until the end of the operation.</summary>
    public Span<byte> EditSlot(long offset) => Edit(offset / BlockSize).AsSpan((int)(offset % BlockSize), DirectorySlot.Size);
}
