using System.Buffers.Binary;
using System.Text;
using Mig.Archives.Compression;
using Mig.Core;

namespace Mig.Disks;

/// <summary>
/// Knows by sight what is not a disk that mig reads, and what to do with it: other containers, and packages with disks in them. Stored as a
/// raw disk, nothing in them would be seen.
/// </summary>
internal static class ForeignFormats
{
    private const string Convert = "convert it with qemu-img";
    private const int TarBlock = 512;
    private const int MaxTarEntries = 64;

    private static readonly (int Offset, byte[] Magic, string Name, string Advice)[] Known =
    [
        Text("vhdxfile", "the VHDX disk format", Convert),
        Text("conectix", "the VHD disk format", Convert),
        (0x40, [0x7F, 0x10, 0xDA, 0xBE, 1, 0, 1, 0], "the VDI disk format", Convert),
        Text("QED\0", "the QED disk format", Convert),
        Text("WithoutFreeSpace", "the Parallels disk format", Convert),
        Text("WithouFreSpacExt", "the Parallels disk format", Convert),
        Text("COWD", "the VMDK vmfsSparse (COWD) extent", Convert),
        Text("Bochs Virtual HD Image", "the Bochs disk format", Convert),
        Text("encrcdsa", "an encrypted DMG", "convert it with 'hdiutil convert' on a Mac"),
        Text("EVF\t\r\n\u00FF\0", "the EWF (E01) disk format", "export the disk with 'ewfexport -f raw'"),
        Text("EVF2\r\n\u0081\0", "the EWF2 (Ex01) disk format", "export the disk with 'ewfexport -f raw'"),
        Text(":\u00FF&\u00ED", "an Android sparse image", "expand it with 'simg2img'"),
        Text("VMA\0", "a Proxmox VMA archive", "unpack it with 'vma extract', and commit the disks in it"),
        Text("partclone-image", "a Partclone image", "restore it with 'partclone.restore -C -s IMAGE -O disk.raw'"),
        Text("MSWIM\0\0\0", "a WIM image of Windows", "apply it to a disk with 'wimapply', and commit the disk"),
        Text("PK\u0003\u0004", "a zip archive", "unpack it with 'unzip', and commit the disk in it"),
        Text("7z\u00BC\u00AF'\u001C", "a 7z archive", "unpack it with '7z x', and commit the disk in it"),
        Text("Rar!\u001A\u0007", "a RAR archive", "unpack it with 'unrar x', and commit the disk in it"),
        Text("MSCF\0\0\0\0", "a cabinet of Windows", "unpack it with 'cabextract', and commit the disk in it"),
        Text("xar!\0\u001C", "a xar archive", "unpack it with 'xar -xf', and commit the disk in it"),
        Text("070701", "a cpio archive", "unpack it with 'cpio -id', and commit the disk in it"),
        Text("070702", "a cpio archive", "unpack it with 'cpio -id', and commit the disk in it"),
        Text("070707", "a cpio archive", "unpack it with 'cpio -id', and commit the disk in it"),
        Text("!<arch>\n", "an ar archive, such as a .deb", "unpack it with 'ar x', and commit the disk in it"),
        Text("\u00ED\u00AB\u00EE\u00DB", "an RPM package", "unpack it with 'rpm2cpio', and commit the disk in it"),
        Text("\u0004\"M\u0018", "lz4 compression", "decompress it with 'lz4 -d'"),
        Text("\u0002!L\u0018", "lz4 compression", "decompress it with 'lz4 -d'"),
        Text("\u00FF\u0006\0\0sNaPpY", "snappy compression", "decompress it with 'snzip -d'"),
        Text("LRZI", "lrzip compression", "decompress it with 'lrzip -d'"),
        Text("\0ntfsclone-image", "an ntfsclone image", "restore it with 'ntfsclone --restore-image --overwrite disk.raw IMAGE'"),
        Text("AFF10\r\n\0", "the AFF disk format", "export the disk with 'affconvert -r'"),
        Text("sprs", "the sparseimage disk format of macOS", "convert it with 'hdiutil convert' on a Mac"),
        Text("LZIP\u0001", "lzip compression", "decompress it with 'lzip -d'"),
        Text("\u0089LZO\0\r\n\u001A\n", "lzop compression", "decompress it with 'lzop -d'"),
    ];

    /// <summary>Tells what a file is by its beginning.</summary>
    /// <returns>What it is, and what to do; null when it may be a disk.</returns>
    public static (string Name, string Advice)? Find(ReadOnlySpan<byte> head)
    {
        foreach ((int offset, byte[] magic, string name, string advice) in Known)
        {
            if (head.Length >= offset + magic.Length && head.Slice(offset, magic.Length).SequenceEqual(magic))
                return (name, advice);
        }

        if (IsLzma(head))
            return ("lzma compression", "decompress it with 'xz -d --format=lzma'");
        // The bits of a code, and a flag for blocks; the others mean nothing.
        if (head.Length >= 3 && head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x9D]) && (head[2] & 0x60) == 0 && (head[2] & 0x1F) is >= 9
            and <= 16)
            return ("compress (.Z) compression", "decompress it with 'gzip -d'");
        if (CompressedFormat.Find(head) is { } compression)
            return ($"{compression.Name} compression here", $"decompress it with '{compression.Program} -d'");
        return IsTarHeader(head) ? NameTar(IsOvf(head)) : null;
    }

    /// <inheritdoc cref="Find(ReadOnlySpan{byte})"/>
    /// <param name="file">The whole file.</param>
    public static (string Name, string Advice)? Find(FileSource file, ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        if (tail.StartsWith("conectix"u8))
            return ("the VHD disk format", Convert);
        if (tail.StartsWith("koly"u8))
            return ("the DMG disk format", Convert);
        return IsTarHeader(head) ? NameTar(HasOvf(file)) : Find(head);
    }

    // No magic: the usual parameters, a dictionary of some power of two, and a length that is unknown or below 256 TiB.
    private static bool IsLzma(ReadOnlySpan<byte> head) =>
        head.Length >= 14 && head[0] == 0x5D && System.Numerics.BitOperations.IsPow2(BinaryPrimitives.ReadUInt32LittleEndian(head[1..]))
        && head[1] == 0 && head[2] == 0 && (!head[5..13].ContainsAnyExcept((byte)0xFF)
            || (head[11] == 0 && head[12] == 0 && head[5..11].ContainsAnyExcept((byte)0))) && head[13] == 0;

    private static (string Name, string Advice) NameTar(bool isOva) => isOva
        ? ("an OVA package", "unpack it with 'tar xf', and commit the .vmdk in it")
        : ("a tar archive", "unpack it with 'tar xf', and commit the disk in it, or lay it over a version with 'mig overlay'");

    // The descriptor comes first, by the standard; not every product keeps to that.
    private static bool HasOvf(FileSource file)
    {
        byte[] header = new byte[TarBlock];
        long offset = 0;
        for (int i = 0; i < MaxTarEntries && offset <= file.Length - TarBlock; i++)
        {
            file.ReadExactly(offset, header);
            if (!IsTarHeader(header) || ParseOctal(header.AsSpan(124, 12)) is not { } size)
                return false;
            if (IsOvf(header))
                return true;
            offset += TarBlock + ((size + TarBlock - 1) / TarBlock * TarBlock);
        }

        return false;
    }

    private static bool IsOvf(ReadOnlySpan<byte> header) =>
        Encoding.Latin1.GetString(header[..100].TrimEnd((byte)0)).EndsWith(".ovf", StringComparison.OrdinalIgnoreCase);

    // By the checksum, which every tar has: the sum of all bytes, its own place taken for blanks.
    private static bool IsTarHeader(ReadOnlySpan<byte> head)
    {
        if (head.Length < TarBlock || head[0] == 0 || ParseOctal(head.Slice(148, 8)) is not { } expected)
            return false;
        long sum = 8 * ' ';
        for (int i = 0; i < TarBlock; i++)
            sum += i is >= 148 and < 156 ? 0 : head[i];
        return sum == expected;
    }

    private static long? ParseOctal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        bool hasDigits = false;
        foreach (byte letter in field)
        {
            if (letter is >= (byte)'0' and <= (byte)'7')
                (value, hasDigits) = ((value * 8) + (letter - '0'), true);
            else if (letter is not (0 or (byte)' '))
                return null;
            else if (hasDigits)
                break;
        }

        return hasDigits ? value : null;
    }

    private static (int Offset, byte[] Magic, string Name, string Advice) Text(string magic, string name, string advice) =>
        (0, Encoding.Latin1.GetBytes(magic), name, advice);
}
