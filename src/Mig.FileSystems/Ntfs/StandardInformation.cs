using System.Buffers.Binary;
using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Times, DOS attributes and the number of the security descriptor.</summary>
/// <remarks>Layout: ntfs-3g layout.h, STANDARD_INFORMATION.</remarks>
internal readonly record struct StandardInformation(
    Timestamp ModifiedTime, Timestamp ChangedTime, DosAttributes Attributes, uint SecurityId)
{
    private const int OldSize = 0x30;
    private const int Size = 0x48;
    private const long TicksPerSecond = 10_000_000;
    private const long EpochSeconds = 11_644_473_600; // from 1601 to 1970

    public static StandardInformation Read(NodeRecord node)
    {
        AttributeValue? value = node.Find(AttributeType.StandardInformation);
        if (value is not { IsResident: true, Size: >= OldSize })
            throw NtfsError.Corrupt("NTFS-045",
                $"MFT record {node.Number}: standard information has {value?.Size ?? 0} bytes, {OldSize} or more in the record needed");
        ReadOnlySpan<byte> bytes = value.Resident;
        return new StandardInformation(
            Time(bytes[0x08..]),
            Time(bytes[0x10..]),
            (DosAttributes)BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x20..]),
            bytes.Length >= Size ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[0x34..]) : 0);
    }

    // Tenths of microseconds since 1601.
    private static Timestamp Time(ReadOnlySpan<byte> bytes)
    {
        (long seconds, long rest) = Math.DivRem(BinaryPrimitives.ReadInt64LittleEndian(bytes), TicksPerSecond);
        return rest < 0
            ? new Timestamp(seconds - 1 - EpochSeconds, (int)(rest + TicksPerSecond) * 100)
            : new Timestamp(seconds - EpochSeconds, (int)rest * 100);
    }
}
