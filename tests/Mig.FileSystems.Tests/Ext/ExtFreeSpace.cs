using System.Globalization;
using System.Text.RegularExpressions;
using Mig.Core;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>Judges free ranges.</summary>
internal static partial class ExtFreeSpace
{
    /// <summary>Compares with the list of free blocks that <c>dumpe2fs</c> prints for each group.</summary>
    /// <param name="clusterSize">In bytes; the tool prints the first block of the last cluster where another would print its last.</param>
    public static void AssertAsDumpe2fs(string image, int clusterSize, IFileSystem fileSystem)
    {
        IReadOnlyList<ByteRange> expected = ReadDumpe2fs(image, fileSystem.Info.BlockSize, clusterSize);
        Assert.Equal(expected, fileSystem.GetFreeRanges());
        Assert.Equal(expected.Sum(static range => range.Length), fileSystem.Info.FreeBytes);
    }

    /// <summary>Checks that no extent of any file with a name is reported free.</summary>
    public static void AssertNoFileIsFree(IFileSystem fileSystem)
    {
        ByteRange[] free = [.. fileSystem.GetFreeRanges()];
        var directories = new Stack<long>([fileSystem.RootNode]);
        while (directories.TryPop(out long directory))
        {
            foreach (DirectoryEntry entry in fileSystem.ReadDirectory(directory))
            {
                if (fileSystem.GetNode(entry.Node).Type == NodeType.Directory)
                    directories.Push(entry.Node);
                foreach (FileExtent extent in fileSystem.GetExtents(entry.Node).Where(static extent => extent.IsOnVolume))
                    Assert.DoesNotContain(free, range => !range.Intersect(new ByteRange(extent.VolumeOffset, extent.Length)).IsEmpty);
            }
        }
    }

    private static List<ByteRange> ReadDumpe2fs(string image, int blockSize, int clusterSize)
    {
        var ranges = new List<ByteRange>();
        foreach (Match line in FreeBlocksLine().Matches(Tool.Read("dumpe2fs", image)))
        {
            foreach (string part in line.Groups[1].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries))
            {
                long[] bounds = [.. part.Split('-').Select(static number => long.Parse(number, CultureInfo.InvariantCulture))];
                var range = ByteRange.FromBounds(bounds[0] * blockSize, (bounds[^1] * blockSize) + clusterSize);
                if (ranges.Count > 0 && ranges[^1].End == range.Offset)
                    ranges[^1] = ByteRange.FromBounds(ranges[^1].Offset, range.End);
                else
                    ranges.Add(range);
            }
        }

        return ranges;
    }

    // The line of the whole file system is "Free blocks:" followed by many spaces and one number; those of groups are indented.
    [GeneratedRegex(@"^  Free blocks: (.*)$", RegexOptions.Multiline)]
    private static partial Regex FreeBlocksLine();
}
