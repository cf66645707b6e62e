using System.Buffers.Binary;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Tool = Mig.Testing.Tool;

namespace Mig.Fuzz.Targets;

/// <summary>NTFS, with the update sequences of damaged records made right again.</summary>
internal sealed class NtfsTarget : FileSystemTarget
{
    private const int SectorSize = 512;

    public override string Name => "ntfs";

    public override IReadOnlyList<byte[]> Seeds { get; } = Make();

    public override void Repair(byte[] input)
    {
        for (int at = 0; at + SectorSize <= input.Length; at += SectorSize)
        {
            Span<byte> record = input.AsSpan(at);
            int array = record.StartsWith("FILE"u8) || record.StartsWith("INDX"u8) ? BinaryPrimitives.ReadUInt16LittleEndian(record[0x04..])
                : 0;
            int count = BinaryPrimitives.ReadUInt16LittleEndian(record[0x06..]);
            if (array is 0 or > SectorSize - 4 || count is 0 or > 129 || (count - 1) * SectorSize > record.Length)
                continue;
            for (int sector = 1; sector < count; sector++)
                record.Slice(array, 2).CopyTo(record[((sector * SectorSize) - 2)..]);
        }
    }

    private static byte[][] Make()
    {
        using var folder = new TestFolder();
        var seeds = new List<byte[]>();
        foreach (int clusterSize in (int[])[512, 4096])
        {
            string image = folder[$"image{clusterSize}"];
            NtfsMount.Make(image, "1200K", $"-c {clusterSize}");
            using (var mount = new NtfsMount(image, "compression,permissions"))
            {
                Tool.Run("bash", "-euc", """
                    cd "$1"; mkdir -p folder/deeper packed; setfattr -n system.ntfs_attrib_be -v 0x00000800 packed
                    for i in {1..30}; do echo "$i" > folder/a-file-with-a-long-name-$i; done; seq 1 6000 > packed/text; seq 1 6000 > plain; ln -s plain link; ln plain second
                    for i in {1..4}; do printf x | dd of=sparse bs=1 seek=$((i * 140000)) conv=notrunc status=none; done
                    echo x > streams; for i in {1..20}; do setfattr -n user.stream$i -v "$(printf 'v%.0s' {1..60})" streams; done
                    """, "script", mount.Path);
            }

            seeds.Add(File.ReadAllBytes(image));
        }

        return [.. seeds];
    }
}
