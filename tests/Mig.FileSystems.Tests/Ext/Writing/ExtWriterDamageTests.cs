using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>Damaged images end in one of the documented errors, and are then as they were but for blocks that were free.</summary>
public sealed class ExtWriterDamageTests(ExtSamples samples) : IClassFixture<ExtSamples>
{
    private const int Seed = 20_222;

    public static TheoryData<string, int> Samples => new()
    {
        { nameof(ExtSamples.Plain), 700 },
        { nameof(ExtSamples.Checksummed), 700 },
        { nameof(ExtSamples.BlockMapped), 700 },
        { nameof(ExtSamples.Inline), 700 },
        { nameof(ExtSamples.Indexed), 700 },
        { nameof(ExtSamples.AttributeInodes), 400 },
        { nameof(ExtSamples.Journalled), 500 },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void OnlyDocumentedErrorsComeOut(string name, int count)
    {
        byte[] image = (byte[])typeof(ExtSamples).GetProperty(name)!.GetValue(samples)!;
        long[] interesting = [.. Enumerable.Range(0, image.Length).Where(i => image[i] != 0).Select(static i => (long)i)];
        var random = new Random(Seed);
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = [.. image];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                damaged[interesting[random.Next(interesting.Length)]] = (byte)random.Next(256);
            FixChecksum(damaged);
            try
            {
                Edit(damaged, random.Next());
            }
            catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException or NotFoundException or ConflictException)
            {
                // as documented
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{name}, seed {Seed}, round {i}: {e.Message}", e);
            }
        }
    }

    private static void Edit(byte[] image, int seed)
    {
        using var target = new MemoryTarget(image);
        using IFileSystemWriter? writer = FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock());
        if (writer is null)
            return;
        var random = new Random(seed);
        Action<byte[]>[] operations =
        [
            path => writer.Remove(path),
            path => writer.CreateFile([.. path, (byte)'x'], new NodeMetadata(0x1A4), new MemorySource(new byte[random.Next(20_000)])),
            path => writer.CreateDirectory([.. path, (byte)'y'], new NodeMetadata(0x1ED)),
            path => writer.Append(path, new MemorySource(new byte[random.Next(5_000)])),
            path => writer.SetLength(path, random.Next(9_000)),
            path => writer.SetExtendedAttribute(path, "user.test"u8, new byte[random.Next(300)]),
            path => writer.Rename(path, "/folder/moved"u8),
            path => writer.ReplaceContent(path, new MemorySource(new byte[random.Next(5_000)])),
            path => writer.SetMode(path, 0),
        ];
        byte[][] paths = ["/file"u8.ToArray(), "/fragments"u8.ToArray(), "/tree"u8.ToArray(), "/folder/a-file-with-quite-a-long-name-7"u8.ToArray(), "/slow"u8.ToArray(), "/fast"u8.ToArray(), "/xattr"u8.ToArray(), "/acl"u8.ToArray(), "/small"u8.ToArray(), "/folder"u8.ToArray(), "/fast/file"u8.ToArray()];
        for (int i = 0; i < 12; i++)
        {
            try
            {
                operations[random.Next(operations.Length)](paths[random.Next(paths.Length)]);
            }
            catch (MigException)
            {
                // The next operation may well work.
            }
        }

        writer.Commit();
        writer.Find("/file"u8);
    }

    // The superblock's checksum would hide all else that is wrong with it.
    private static void FixChecksum(byte[] image)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in image.AsSpan(1024, 0x3FC))
            crc = System.Numerics.BitOperations.Crc32C(crc, value);
        if ((image[1024 + 0x65] & 4) != 0)
            BitConverter.TryWriteBytes(image.AsSpan(1024 + 0x3FC), crc);
    }
}
