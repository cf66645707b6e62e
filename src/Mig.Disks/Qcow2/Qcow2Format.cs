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
        DiskWarnings warnings = options.Warnings ?? new DiskWarnings();
        Warn(header, file.Path, warnings);
        ClusterTables tables = ClusterTables.Load(file, layout, limits);
        DiskImage? backing = OpenBacking(file, head, header, isForced, warnings, limits, options);
        return new DiskImage(file.Path, FormatProbe.Qcow2, new Qcow2Source(file, layout, tables, backing?.Content), [file, .. backing?.Sources ?? []], warnings);
    }

    private static void Warn(in Qcow2Header header, string path, DiskWarnings warnings)
    {
        if ((header.Features & Qcow2Features.Dirty) != 0)
            warnings.Add($"{path}: was not closed cleanly by the product that wrote it; its last writes may be missing");
        if ((header.Features & Qcow2Features.Corrupt) != 0)
            warnings.Add($"{path}: is marked as corrupt by the product that wrote it; qemu-img check says more");
        if (header.SnapshotCount != 0)
            warnings.Add($"{path}: has {header.SnapshotCount} internal snapshot{(header.SnapshotCount == 1 ? "" : "s")}, of which nothing is read");
    }

    private static DiskImage? OpenBacking(FileSource file, byte[] head, in Qcow2Header header, bool isForced, DiskWarnings warnings, Limits limits, DiskOpenOptions options)
    {
        if (header.BackingNameOffset == 0)
            return null;
        ulong end = (ulong)head.Length;
        if (header.BackingNameLength is 0 or > Qcow2Header.MaxBackingNameLength || header.BackingNameOffset < (ulong)header.HeaderLength || header.BackingNameOffset > end || header.BackingNameLength > end - header.BackingNameOffset)
            throw new CorruptImageException("QCOW2-021", $"QCOW2 header of {file.Path}: backing file name of {header.BackingNameLength} bytes at {header.BackingNameOffset}; 1 to {Qcow2Header.MaxBackingNameLength} bytes between the header and {end} allowed");
        int offset = (int)header.BackingNameOffset;
        string name = Encoding.UTF8.GetString(head, offset, (int)header.BackingNameLength);
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new CorruptImageException("QCOW2-021", $"QCOW2 header of {file.Path}: backing file name at {offset} holds a zero byte");

        // "json:{…}", "nbd://…": what is a protocol to QEMU is no file.
        if (name.IndexOf(':', StringComparison.Ordinal) is int colon and > 0 && !name[..colon].Contains('/', StringComparison.Ordinal))
            throw new UnsupportedFeatureException("a QCOW2 backing file that is not a file", $"{file.Path} names \"{name}\"");
        string format = Qcow2Extensions.FindBackingFormat(head.AsSpan(0, Math.Max(offset, header.HeaderLength)), header.HeaderLength, file.Path)
            ?? throw new UnsupportedFeatureException("a QCOW2 backing file without a format", $"{file.Path} names \"{name}\" and does not say what it is; say it with qemu-img rebase -u -F FORMAT -b \"{name}\"");
        if (!DiskFormats.ReadableFormats.Contains(format))
            throw new UnsupportedFeatureException($"a QCOW2 backing file in format {format}", $"{file.Path} names \"{name}\"; mig reads {string.Join(", ", DiskFormats.ReadableFormats)}");
        bool isExpected = isForced || Path.GetExtension(file.Path).Equals(Extension, StringComparison.OrdinalIgnoreCase);
        return UnderlyingDisk.Open(file.Path, name, format, Role, isExpected, "QCOW2-022", warnings, limits, options);
    }
}
