using Mig.Core;
using Mig.FileSystems;

namespace Mig.Fuzz.Targets;

/// <summary>A file system: everything that a commit asks of it.</summary>
internal abstract class FileSystemTarget : FuzzTarget
{
    private const int MaxNodes = 2000;

    /// <summary>Whether files may have holes; where not, their extents leave nothing out.</summary>
    protected virtual bool HasHoles => true;

    public override void Run(byte[] input)
    {
        using var volume = new MemorySource(input);
        using IFileSystem? fileSystem = FileSystemFormats.Open(volume, Limits.Default);
        if (fileSystem is null)
            return;
        byte[] buffer = new byte[4096];
        var seen = new HashSet<long>();
        var pending = new Stack<long>([fileSystem.RootNode]);
        while (pending.TryPop(out long number) && seen.Count < MaxNodes)
        {
            if (!seen.Add(number))
                continue;
            FileNode node = fileSystem.GetNode(number);
            if (node.Type == NodeType.Directory)
            {
                foreach (DirectoryEntry entry in fileSystem.ReadDirectory(number))
                {
                    if (entry.Name.Length == 0 || entry.Name.Span.Contains((byte)'/') || entry.Name.Span.Contains((byte)0))
                        throw new InvalidOperationException($"directory {number} has a name that no path can have");
                    pending.Push(entry.Node);
                }
            }
            else if (node.Type == NodeType.File)
            {
                ReadContent(fileSystem, volume, node, buffer);
            }
        }

        long end = 0;
        foreach (ByteRange range in fileSystem.GetFreeRanges())
        {
            if (range.Offset < end || range.Length <= 0 || range.End > volume.Length)
                throw new InvalidOperationException($"free range {range} after {end} of {volume.Length}");
            end = range.End;
        }
    }

    private void ReadContent(IFileSystem fileSystem, MemorySource volume, FileNode node, byte[] buffer)
    {
        long end = 0;
        foreach (FileExtent extent in fileSystem.GetExtents(node.Number))
        {
            if (extent.FileOffset < end || (extent.FileOffset > end && !HasHoles) || extent.Length <= 0 || extent.FileOffset
                + extent.Length > node.Size || (extent.IsOnVolume && extent.VolumeOffset > volume.Length - extent.Length))
                throw new InvalidOperationException($"{extent} after {end} of a file of {node.Size} bytes on {volume.Length}");
            end = extent.FileOffset + extent.Length;
            fileSystem.ReadContent(node.Number, extent.FileOffset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, extent.Length)));
        }

        if (end != node.Size && !HasHoles)
            throw new InvalidOperationException($"extents end at {end} of {node.Size} bytes");
    }
}
