using System.Diagnostics;
using Mig.Core;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>Whatever is cut off or flipped: only the documented exceptions come out, soon, and without much memory.</summary>
public sealed class ExtDamageTests(ExtSamples samples) : IClassFixture<ExtSamples>
{
    private static readonly DamagedReading Reading = new(maxAllocatedBytes: 64 << 20); // of an image of at most 4 MiB

    public static TheoryData<string> Images =>
        ["plain", "checksummed", "mapped", "inline", "indexed", "attributes", "journalled", "journal-checksummed"];

    [Theory]
    [MemberData(nameof(Images))]
    public void EveryFlippedBitEndsInAKnownWay(string name)
    {
        byte[] image = [.. Get(name)];
        Reading.FlipBits(new ExtPatch(image), FindMetadata(image)
            .Select(static block => new ByteRange(block * ExtPatch.BlockSize, ExtPatch.BlockSize)), stride: 61, min: (20, 1));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void EveryLengthEndsInAKnownWay(string name)
    {
        byte[] image = Get(name);
        for (int length = 0; length < image.Length; length += length < 64 << 10 ? 509 : 16411)
        {
            bool isRead = Reading.TryRead(new ExtPatch(image) { Length = length }, $"length {length}");
            Assert.Equal(length < 2048, isRead); // shorter than a superblock: no file system at all
        }
    }

    [Fact]
    public void RandomDamageEndsInAKnownWay()
    {
        const int seed = 20260101;
        var random = new Random(seed);
        foreach (string name in Images.Select(static row => row.Data))
        {
            byte[] original = Get(name);
            int[] metadata = [.. FindMetadata(original)];
            for (int run = 0; run < 150; run++)
            {
                byte[] image = [.. original];
                for (int i = random.Next(1, 20); i > 0; i--)
                {
                    int at = (metadata[random.Next(metadata.Length)] * ExtPatch.BlockSize) + random.Next(ExtPatch.BlockSize);
                    random.NextBytes(image.AsSpan(at, Math.Min(random.Next(1, 9), image.Length - at)));
                }

                Reading.TryRead(new ExtPatch(image), $"{name}, seed {seed}, run {run}");
            }
        }
    }

    /// <summary>Returns the blocks that hold anything but a file's content, and are not zero.</summary>
    private static IEnumerable<int> FindMetadata(byte[] image)
    {
        using var volume = new MemorySource(image);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        var content = new HashSet<long>();
        foreach (DirectoryEntry entry in fileSystem.ReadDirectory(fileSystem.RootNode))
        {
            foreach (FileExtent extent in fileSystem.GetExtents(entry.Node).Where(static extent => extent.IsOnVolume))
            {
                for (long offset = extent.VolumeOffset; offset < extent.VolumeOffset + extent.Length; offset += ExtPatch.BlockSize)
                    content.Add(offset / ExtPatch.BlockSize);
            }
        }

        return Enumerable.Range(1, (image.Length / ExtPatch.BlockSize) - 1)
            .Where(block => !content.Contains(block) && !ZeroBytes.IsZero(image.AsSpan(block * ExtPatch.BlockSize, ExtPatch.BlockSize)));
    }

    private byte[] Get(string name) => name switch
    {
        "plain" => samples.Plain,
        "checksummed" => samples.Checksummed,
        "mapped" => samples.BlockMapped,
        "inline" => samples.Inline,
        "indexed" => samples.Indexed,
        "attributes" => samples.AttributeInodes,
        "journalled" => samples.Journalled,
        "journal-checksummed" => samples.JournalChecksummed,
        _ => throw new UnreachableException(name),
    };
}
