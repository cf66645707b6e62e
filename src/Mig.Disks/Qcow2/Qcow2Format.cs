using System.Text;
using Mig.Core;

namespace Mig.Disks.Qcow2;

/// <summary>Opens QCOW2 disks, with their backing files.</summary>
internal static class Qcow2Format
{
    private const string Extension = ".qcow2";
    private const int HeadLength = 64 << 10; // header, extensions and name: writers put them next to each other
    private const string Role = "a QCOW2 backing file";

    /// <summary>Opens a disk and takes over <paramref name="file"/>.</summary>
    /// <param name="isForced">Whether the user, or the disk over this one, named the format.</param>
    public static DiskImage Open(FileSource file, bool isForced, Limits limits, DiskOpenOptions options)
    {
        byte[] head = new byte[Math.Min(HeadLength, file.Length)];
        file.ReadExactly(0, head);
        Qcow2Header header = Qcow2Header.Parse(head, file.Path);
        head = head[..(int)Math.Min(head.Length, 1L << header.ClusterBits)];
        Qcow2Layout layout = Qcow2Layout.From(header);
        DiskWarnings warnings = options.Warnings ?? new DiskWarnings(file.Path);
        int headEnd = header.BackingNameOffset >= (ulong)header.HeaderLength && header.BackingNameOffset < (ulong)head.Length
            ? (int)header.BackingNameOffset : head.Length;
        IReadOnlyList<(uint Type, Range Data)> extensions = Qcow2Extensions.List(head.AsSpan(0, headEnd), header.HeaderLength, file.Path);
        Qcow2Extras.Warn(file, head, header, extensions, warnings);
        ClusterTables tables = ClusterTables.Load(file, layout, limits);
        DiskImage? backing = OpenBacking(file, head, header, extensions, isForced, warnings, limits, options);
        return new DiskImage(file.Path, FormatProbe.Qcow2, new Qcow2Source(file, layout, tables, backing?.Content),
            [file, .. backing?.Sources ?? []], warnings);
    }

    private static DiskImage? OpenBacking(FileSource file, byte[] head, in Qcow2Header header,
        IReadOnlyList<(uint Type, Range Data)> extensions, bool isForced, DiskWarnings warnings, Limits limits, DiskOpenOptions options)
    {
        if (header.BackingNameOffset == 0)
            return null;
        ulong end = (ulong)head.Length;
        if (header.BackingNameLength is 0 or > Qcow2Header.MaxBackingNameLength || header.BackingNameOffset < (ulong)header.HeaderLength
            || header.BackingNameOffset > end || header.BackingNameLength > end - header.BackingNameOffset)
            throw new CorruptImageException(
                "QCOW2-021",
                $"QCOW2 header of {file.Path}: backing file name of {header.BackingNameLength} bytes at {header.BackingNameOffset}; 1 to "
                + $"{Qcow2Header.MaxBackingNameLength} bytes between the header and {end} allowed");
        int offset = (int)header.BackingNameOffset;
        string name = Encoding.UTF8.GetString(head, offset, (int)header.BackingNameLength);
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new CorruptImageException("QCOW2-021", $"QCOW2 header of {file.Path}: backing file name at {offset} holds a zero byte");

        // "json:{…}", "nbd://…": what is a protocol to QEMU is no file.
        if (name.IndexOf(':', StringComparison.Ordinal) is int colon and > 0 && !name[..colon].Contains('/', StringComparison.Ordinal))
            throw new UnsupportedFeatureException("a QCOW2 backing file that is not a file", $"{file.Path} names \"{name}\"");
        if (!extensions.Any(extension => extension.Type == Qcow2Extensions.BackingFormat))
            throw new UnsupportedFeatureException("a QCOW2 backing file without a format",
                $"{file.Path} names \"{name}\" and does not say what it is; say it with qemu-img rebase -u -F FORMAT -b \"{name}\"");
        string format = Encoding.UTF8.GetString(
            head.AsSpan(extensions.Last(extension => extension.Type == Qcow2Extensions.BackingFormat).Data)).TrimEnd('\0');
        if (!DiskFormats.ReadableFormats.Contains(format))
            throw new UnsupportedFeatureException($"a QCOW2 backing file in format {format}",
                $"{file.Path} names \"{name}\"; mig reads {string.Join(", ", DiskFormats.ReadableFormats)}");
        bool isExpected = isForced || UnderlyingDisk.HasExtension(file.Path, Extension);
        return UnderlyingDisk.Open(file.Path, name, format, Role, isExpected, "QCOW2-022", warnings, limits, options);
    }
}
