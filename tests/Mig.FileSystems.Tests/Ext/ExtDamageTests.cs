using System.Diagnostics;
using Mig.Core;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>Whatever is cut off or flipped: only the documented exceptions come out, soon, and without much memory.</summary>
public sealed class ExtDamageTests(ExtSamples samples) : IClassFixture<ExtSamples>
{
    // 1 flips every bit of metadata, which takes minutes. A prime, so that all bit positions of all fields come by.
    private const int BitStride = 61;

    private const int MaxAllocatedBytes = 64 << 20; // by one reading of an image of at most 4 MiB

    public static TheoryData<string> Images => ["plain", "checksummed", "mapped", "inline", "indexed", "attributes", "journalled", "journal-checksummed"];

    [Theory]
    [MemberData(nameof(Images))]
    public void EveryFlippedBitEndsInAKnownWay(string name)
    {
        byte[] image = [.. Get(name)];
        var patch = new ExtPatch(image);
        int errors = 0;
        int runs = 0;
        foreach (int block in FindMetadata(image))
        {
            for (int bit = (block * 7) % BitStride; bit < ExtPatch.BlockSize * 8; bit += BitStride)
            {
                int at = (block * ExtPatch.BlockSize) + (bit / 8);
                image[at] ^= (byte)(1 << (bit % 8));
                errors += ReadDamaged(patch, $"bit {bit % 8} of byte {at}") ? 0 : 1;
                image[at] ^= (byte)(1 << (bit % 8));
                runs++;
            }
        }

        // The control: damage is found at all, and not everything is damage.
        Assert.InRange(errors, 20, runs - 1);
        patch.ReadAll();
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void EveryLengthEndsInAKnownWay(string name)
    {
        byte[] image = Get(name);
        for (int length = 0; length < image.Length; length += length < 64 << 10 ? 509 : 16411)
        {
            bool isRead = ReadDamaged(new ExtPatch(image) { Length = length }, $"length {length}");
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

                ReadDamaged(new ExtPatch(image), $"{name}, seed {seed}, run {run}");
            }
        }
    }

    private static bool ReadDamaged(ExtPatch patch, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            patch.ReadAll();
            return true;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what} ended in {e.GetType()}", e);
        }
        finally
        {
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocatedBytes, $"{what} took {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
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
