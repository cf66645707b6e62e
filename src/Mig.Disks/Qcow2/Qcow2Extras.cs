using System.Buffers.Binary;
using System.Text;
using Mig.Core;

namespace Mig.Disks.Qcow2;

// Layouts: QEMU docs/interop/qcow2.txt, "Snapshots" and "Bitmaps extension". All integers big-endian.
/// <summary>
/// Names what a QCOW2 has beyond the disk as it is now: internal snapshots, bitmaps, marks, extensions. Nothing of it is needed to read the
/// disk, so damage is told and got around.
/// </summary>
internal static class Qcow2Extras
{
    private const int MaxNames = 8;
    private const int MaxNameLength = 60;
    private const int MaxTableLength = 1 << 20;
    private const int SnapshotSize = 40;
    private const int BitmapSize = 24;
    private const int BitmapsExtensionSize = 24;

    public static void Warn(FileSource file, ReadOnlySpan<byte> head, in Qcow2Header header,
        IReadOnlyList<(uint Type, Range Data)> extensions, DiskWarnings warnings)
    {
        if ((header.Features & Qcow2Features.Dirty) != 0)
        {
            warnings.Add(file.Path, "was not closed cleanly by the product that wrote it; its last writes may be missing");
            warnings.AddUsualExtra(file.Path, "the mark of a disk that was not closed cleanly");
        }

        if ((header.Features & Qcow2Features.Corrupt) != 0)
        {
            warnings.Add(file.Path, "is marked as corrupt by the product that wrote it; qemu-img check says more");
            warnings.AddUsualExtra(file.Path, "the mark of a corrupt disk");
        }

        if (header.SnapshotCount != 0)
            warnings.AddExtra(file.Path, Say(header.SnapshotCount, "internal snapshot",
                ReadSnapshots(file, (long)Math.Min(header.SnapshotsOffset, long.MaxValue), header.SnapshotCount)));
        foreach ((uint type, Range data) in extensions)
        {
            ReadOnlySpan<byte> bytes = head[data];
            if (type == Qcow2Extensions.Bitmaps && bytes.Length >= BitmapsExtensionSize)
                WarnOfBitmaps(file, bytes, warnings);
            else if (type is not (Qcow2Extensions.BackingFormat or Qcow2Extensions.FeatureNames))
                warnings.AddExtra(file.Path, $"a header extension {type:x8} of {bytes.Length} bytes");
        }
    }

    private static void WarnOfBitmaps(FileSource file, ReadOnlySpan<byte> bytes, DiskWarnings warnings)
    {
        uint count = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        ulong length = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), offset = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        if (count > 0)
            warnings.AddExtra(file.Path, Say(count, "persistent bitmap",
                ReadBitmaps(file, (long)Math.Min(offset, long.MaxValue), (long)Math.Min(length, long.MaxValue), count)));
    }

    private static List<string> ReadSnapshots(FileSource file, long offset, uint count)
    {
        byte[] table = ReadTable(file, offset, MaxTableLength);
        var names = new List<string>();
        for (int at = 0; names.Count < Math.Min(count, MaxNames) && at <= table.Length - SnapshotSize;)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(at);
            int idLength = BinaryPrimitives.ReadUInt16BigEndian(entry[0x0C..]),
                nameLength = BinaryPrimitives.ReadUInt16BigEndian(entry[0x0E..]);
            uint stateLength = BinaryPrimitives.ReadUInt32BigEndian(entry[0x20..]),
                extraLength = BinaryPrimitives.ReadUInt32BigEndian(entry[0x24..]);
            if (extraLength > entry.Length - SnapshotSize - idLength - nameLength)
                break;
            int name = SnapshotSize + (int)extraLength + idLength;
            names.Add(Quote(entry.Slice(name, nameLength)) + (stateLength > 0 ? " with the state of a machine" : ""));
            at += (name + nameLength + 7) & ~7;
        }

        return names;
    }

    private static List<string> ReadBitmaps(FileSource file, long offset, long length, uint count)
    {
        byte[] table = ReadTable(file, offset, (int)Math.Min(length, MaxTableLength));
        var names = new List<string>();
        for (int at = 0; names.Count < Math.Min(count, MaxNames) && at <= table.Length - BitmapSize;)
        {
            ReadOnlySpan<byte> entry = table.AsSpan(at);
            int nameLength = BinaryPrimitives.ReadUInt16BigEndian(entry[0x12..]);
            uint extraLength = BinaryPrimitives.ReadUInt32BigEndian(entry[0x14..]);
            if (extraLength > entry.Length - BitmapSize - nameLength)
                break;
            int name = BitmapSize + (int)extraLength;
            names.Add(Quote(entry.Slice(name, nameLength)));
            at += (name + nameLength + 7) & ~7;
        }

        return names;
    }

    private static byte[] ReadTable(FileSource file, long offset, int maxLength)
    {
        byte[] table = new byte[Math.Clamp(file.Length - offset, 0, maxLength)];
        if (table.Length > 0)
            file.ReadExactly(offset, table);
        return table;
    }

    private static string Quote(ReadOnlySpan<byte> bytes)
    {
        string name = string.Concat(Encoding.UTF8.GetString(bytes).Select(letter => char.IsControl(letter) ? '?' : letter));
        return $"\"{(name.Length > MaxNameLength ? name[..MaxNameLength] + "…" : name)}\"";
    }

    private static string Say(uint count, string what, List<string> names)
    {
        string more = names.Count == 0 ? ", the names of which cannot be read"
            : $" ({string.Join(", ", names)}{(count > names.Count ? $" and {count - names.Count} more" : "")})";
        return $"{count} {what}{(count == 1 ? "" : "s")}{more}";
    }
}
