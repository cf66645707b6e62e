using System.Buffers.Binary;
using Mig.Core;
using Mig.Disks.Partitions;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>MBR, with logical partitions, and GPT.</summary>
internal sealed class PartitionTarget : FuzzTarget
{
    public override string Name => "partitions";

    public override IReadOnlyList<byte[]> Seeds { get; } = Make();

    public override void Run(byte[] input)
    {
        using var disk = new MemorySource(input);
        PartitionTable table = PartitionTable.Read(disk, Limits.Default);
        long end = -1;
        foreach (Partition partition in table.Partitions.OrderBy(partition => partition.Range.Offset))
        {
            // What the reader promises: within the disk, disjoint.
            if (partition.Range.Offset < Math.Max(0, end) || partition.Range.Length <= 0 || partition.Range.End > input.Length)
                throw new InvalidOperationException(
                    $"partition {partition.Number} {partition.Range} on a disk of {input.Length} bytes, after {end}");
            end = partition.Range.End;
        }

        if (table.Partitions.Select(partition => partition.Number).Distinct().Count() != table.Partitions.Count)
            throw new InvalidOperationException("two partitions have one number");
    }

    public override void Repair(byte[] input)
    {
        foreach (int sector in (int[])[512, 4096])
        {
            RepairHeader(input, sector, sector);
            RepairHeader(input, input.Length - sector, sector);
        }
    }

    private static void RepairHeader(byte[] input, int at, int sector)
    {
        if (at < 0 || at + 92 > input.Length || !input.AsSpan(at, 8).SequenceEqual("EFI PART"u8))
            return;
        Span<byte> header = input.AsSpan(at);
        ulong entries = BinaryPrimitives.ReadUInt64LittleEndian(header[72..]);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(header[80..]), size = BinaryPrimitives.ReadUInt32LittleEndian(header[84..]);
        ulong length = (ulong)count * size;
        if (entries < (ulong)(input.Length / sector) && length <= (ulong)input.Length - (entries * (ulong)sector))
            BinaryPrimitives.WriteUInt32LittleEndian(header[88..], Checksums.Crc32(input.AsSpan((int)entries * sector, (int)length)));
        int headerSize = (int)Math.Clamp(BinaryPrimitives.ReadUInt32LittleEndian(header[12..]), 0, (uint)header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksums.Crc32(header[..headerSize]));
    }

    private static byte[][] Make()
    {
        using var folder = new TestFolder();
        var seeds = new List<byte[]>();
        foreach (string script in (string[])
            [
                "label: dos\n34,100,83\n200,50,82\n300,50,c\n",
                "label: dos\n10,10,83\n30,400,5\n32,20,83\n60,20,83\n90,20,83\n",
                "label: gpt\nfirst-lba: 34\nstart=34,size=20\nstart=60,size=30,name=second\n",
            ])
        {
            string disk = folder.Sparse("disk", 512 * 600);
            Tool.RunWithInput("sfdisk", script, "--force", "--no-reread", "--quiet", disk);
            seeds.Add(File.ReadAllBytes(disk));
        }

        return [.. seeds];
    }
}
