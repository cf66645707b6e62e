using System.Buffers.Binary;
using System.IO.Hashing;
using Mig.Core;
using Mig.Disks.Partitions;

namespace Mig.Disks.Tests.Partitions;

/// <summary>Builds small disks with partition tables, right or wrong on purpose.</summary>
internal sealed class DiskBuilder(int length, int sectorSize = 512)
{
    public byte[] Bytes { get; } = new byte[length];

    public PartitionTable Read(Limits? limits = null) => PartitionTable.Read(new MemorySource(Bytes), limits ?? Limits.Default);

    /// <summary>Writes an entry of the MBR, or of the extended boot record at a sector.</summary>
    public DiskBuilder Entry(int index, byte type, uint first, uint count, byte indicator = 0, int sector = 0)
    {
        Span<byte> record = Bytes.AsSpan(sector * sectorSize, 512);
        Span<byte> entry = record.Slice(446 + (index * 16), 16);
        entry[0] = indicator;
        entry[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], first);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], count);
        record[510] = 0x55;
        record[511] = 0xAA;
        return this;
    }

    /// <summary>Writes a protective MBR and both copies of a GPT.</summary>
    public DiskBuilder Gpt(params (ulong First, ulong Last)[] partitions)
    {
        Entry(0, 0xEE, 1, uint.MaxValue);
        byte[] table = new byte[128 * 128];
        for (int i = 0; i < partitions.Length; i++)
        {
            Span<byte> entry = table.AsSpan(i * 128, 128);
            new Guid("0fc63daf-8483-4772-8e79-3d69d8477de4").TryWriteBytes(entry);
            entry[16] = (byte)(i + 1);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[0x20..], partitions[i].First);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[0x28..], partitions[i].Last);
        }

        ulong last = (ulong)(Bytes.Length / sectorSize) - 1;
        ulong tableSectorCount = (ulong)((table.Length + sectorSize - 1) / sectorSize);
        GptCopy(1, last, 2, table);
        GptCopy(last, 1, last - tableSectorCount, table);
        return this;
    }

    /// <summary>Makes the checksum of a header right again.</summary>
    public DiskBuilder Seal(ulong sector = 1)
    {
        Span<byte> header = Bytes.AsSpan((int)sector * sectorSize, 92);
        header.Slice(0x10, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[0x10..], Crc32.HashToUInt32(header));
        return this;
    }

    private void GptCopy(ulong own, ulong alternate, ulong tableSector, byte[] table)
    {
        table.CopyTo(Bytes, (int)tableSector * sectorSize);
        Span<byte> header = Bytes.AsSpan((int)own * sectorSize, 92);
        "EFI PART"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[0x08..], 0x10000);
        BinaryPrimitives.WriteUInt32LittleEndian(header[0x0C..], 92);
        BinaryPrimitives.WriteUInt64LittleEndian(header[0x18..], own);
        BinaryPrimitives.WriteUInt64LittleEndian(header[0x20..], alternate);
        BinaryPrimitives.WriteUInt64LittleEndian(header[0x48..], tableSector);
        BinaryPrimitives.WriteUInt32LittleEndian(header[0x50..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[0x54..], 128);
        BinaryPrimitives.WriteUInt32LittleEndian(header[0x58..], Crc32.HashToUInt32(table));
        Seal(own);
    }
}
