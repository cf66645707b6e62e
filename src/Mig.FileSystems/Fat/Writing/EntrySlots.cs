using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>Makes and changes the bytes of directory entries.</summary>
internal static class EntrySlots
{
    /// <summary>Returns the slots of a name: the parts of its long name, if it needs one, and a short entry.</summary>
    /// <param name="entry">The short entry; its name and case are set.</param>
    /// <param name="isTaken">Tells whether eleven bytes are another entry's short name.</param>
    public static byte[] Make(string name, ReadOnlySpan<byte> entry, Func<byte[], bool> isTaken)
    {
        (byte[] shortName, byte lowerCase, bool needsLongName) = ShortNameMaker.Make(name, isTaken);
        int partCount = needsLongName ? (name.Length + DirectorySlot.UnitsPerPart - 1) / DirectorySlot.UnitsPerPart : 0;
        byte[] slots = new byte[(partCount + 1) * DirectorySlot.Size];
        byte checksum = ShortName.Checksum(shortName);
        for (int part = partCount; part > 0; part--)
        {
            Span<byte> slot = slots.AsSpan((partCount - part) * DirectorySlot.Size, DirectorySlot.Size);
            slot[0] = (byte)(part == partCount ? part | DirectorySlot.LastPart : part);
            slot[DirectorySlot.Field.Attributes] = (byte)DosAttributes.LongName;
            slot[DirectorySlot.Field.Checksum] = checksum;
            for (int unit = 0; unit < DirectorySlot.UnitsPerPart; unit++)
            {
                int at = ((part - 1) * DirectorySlot.UnitsPerPart) + unit;
                BinaryPrimitives.WriteUInt16LittleEndian(
                    slot[DirectorySlot.PlaceOfUnit(unit)..], at < name.Length ? name[at] : at == name.Length ? (ushort)0 : ushort.MaxValue);
            }
        }

        Span<byte> last = slots.AsSpan(partCount * DirectorySlot.Size);
        entry.CopyTo(last);
        shortName.CopyTo(last);
        last[DirectorySlot.Field.Case] =
            (byte)((last[DirectorySlot.Field.Case] & ~(ShortName.LowerBase | ShortName.LowerExtension)) | lowerCase);
        return slots;
    }

    /// <summary>Returns a short entry without a name.</summary>
    /// <param name="now">Its times of creation and access.</param>
    public static byte[] MakeEntry(DosAttributes attributes, Timestamp modified, Timestamp now)
    {
        byte[] entry = new byte[DirectorySlot.Size];
        entry[DirectorySlot.Field.Attributes] = (byte)attributes;
        (ushort date, ushort time) = FatTime.Encode(now);
        entry[DirectorySlot.Field.CreatedHundredths] = (byte)(now.Seconds % 2 * 100);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(DirectorySlot.Field.CreatedTime), time);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(DirectorySlot.Field.CreatedDate), date);
        SetAccessDate(entry, now);
        SetModifiedTime(entry, modified);
        return entry;
    }

    public static void SetModifiedTime(Span<byte> entry, Timestamp modified)
    {
        (ushort date, ushort time) = FatTime.Encode(modified);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[DirectorySlot.Field.ModifiedTime..], time);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[DirectorySlot.Field.ModifiedDate..], date);
    }

    public static void SetAccessDate(Span<byte> entry, Timestamp accessed) =>
        BinaryPrimitives.WriteUInt16LittleEndian(entry[DirectorySlot.Field.AccessedDate..], FatTime.Encode(accessed).Date);

    public static void SetFirstCluster(Span<byte> entry, int cluster, FatType type)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(entry[DirectorySlot.Field.FirstClusterLow..], (ushort)cluster);
        if (type == FatType.Fat32)
            BinaryPrimitives.WriteUInt16LittleEndian(entry[DirectorySlot.Field.FirstClusterHigh..], (ushort)(cluster >> 16));
    }

    public static void SetFileSize(Span<byte> entry, uint size) =>
        BinaryPrimitives.WriteUInt32LittleEndian(entry[DirectorySlot.Field.FileSize..], size);
}
