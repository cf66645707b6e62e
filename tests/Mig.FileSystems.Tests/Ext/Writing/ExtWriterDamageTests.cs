using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>Damaged images end in one of the documented errors, or are changed.</summary>
public sealed class ExtWriterDamageTests(ExtSamples samples) : IClassFixture<ExtSamples>
{
    private const int Seed = 20_222;

    private static readonly byte[][] Paths =
        ["/file"u8.ToArray(), "/fragments"u8.ToArray(), "/tree"u8.ToArray(), "/folder/a-file-with-quite-a-long-name-7"u8.ToArray(),
        "/slow"u8.ToArray(), "/fast"u8.ToArray(), "/xattr"u8.ToArray(), "/acl"u8.ToArray(), "/small"u8.ToArray(), "/folder"u8.ToArray(),
        "/fast/file"u8.ToArray()];

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
            DamagedWriting.Change(damaged, Paths, random.Next(), $"{name}, seed {Seed}, round {i}");
        }
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
