using System.Buffers.Binary;

namespace Mig.FileSystems.Ntfs;

/// <summary>Tells whether <c>$LogFile</c> says that the volume was unmounted.</summary>
/// <remarks>Layout: ntfs-3g logfile.h, RESTART_PAGE_HEADER and RESTART_AREA.</remarks>
internal static class LogFile
{
    private const int PageSize = 4096;
    private const int AreaOffsetField = 0x18;
    private const int AreaSize = 0x30;
    private const ushort NoClient = 0xFFFF;
    private const ushort IsCleanFlag = 2;

    public static bool IsClean(AttributeValue log, ValueReader reader)
    {
        // Two copies of the restart page, of which the one with the higher number counts; a log that was just made is all 0xFF.
        byte[] pages = new byte[Math.Min(2 * PageSize, log.Size)];
        reader.Read(log, 0, pages);
        if (!pages.AsSpan().ContainsAnyExcept((byte)0xFF))
            return true;
        bool isClean = false;
        long latest = long.MinValue;
        for (int at = 0; at + PageSize <= pages.Length; at += PageSize)
        {
            Span<byte> page = pages.AsSpan(at, PageSize);
            if (!page.StartsWith("RSTR"u8) || Fixups.Apply(page) is not null)
                continue;
            int area = BinaryPrimitives.ReadUInt16LittleEndian(page[AreaOffsetField..]);
            if (area > PageSize - AreaSize)
                continue;
            long number = BinaryPrimitives.ReadInt64LittleEndian(page[area..]);
            if (number < latest)
                continue;
            latest = number;
            isClean = BinaryPrimitives.ReadUInt16LittleEndian(page[(area + 0x0C)..]) == NoClient
                || (BinaryPrimitives.ReadUInt16LittleEndian(page[(area + 0x0E)..]) & IsCleanFlag) != 0;
        }

        return isClean;
    }
}
