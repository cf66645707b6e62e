using System.Text;
using Mig.Core;
using Mig.Disks.Vmdk;

namespace Mig.Disks;

/// <summary>Finds the format of a container by its content.</summary>
internal static class FormatProbe
{
    public const string Raw = "raw";
    public const string Vmdk = "vmdk";
    public const string Qcow2 = "qcow2";

    // A guest can write what it likes into its raw disk, so a text that names other files must not be believed for its first bytes alone.
    // No disk is as small as a descriptor: the smallest floppy had 160 KiB.
    private const int MaxDescriptorLength = 64 << 10;
    private const int HeadLength = 1024;
    private const int TailLength = 512;

    /// <summary>Returns <see cref="Raw"/>, <see cref="Vmdk"/> or <see cref="Qcow2"/>.</summary>
    /// <exception cref="UnsupportedFeatureException">It is a container that mig knows by sight only.</exception>
    public static string Find(FileSource file)
    {
        byte[] head = new byte[Math.Min(HeadLength, file.Length)];
        file.ReadExactly(0, head);
        if (head.AsSpan().StartsWith("KDMV"u8) || IsDescriptor(file, head))
            return Vmdk;
        if (head.AsSpan().StartsWith((ReadOnlySpan<byte>)[(byte)'Q', (byte)'F', (byte)'I', 0xFB]))
            return Qcow2;
        byte[] tail = new byte[Math.Min(TailLength, file.Length)];
        file.ReadExactly(file.Length - tail.Length, tail);
        return ForeignFormats.Find(file, head, tail) is var (other, advice)
            ? throw new UnsupportedFeatureException(
                other, $"{file.Path} holds one; {advice}, or force --input-format raw to take the file as it is")
            : Raw;
    }

    /// <summary>Tells whether bytes begin as a VMDK descriptor does.</summary>
    public static bool BeginsDescriptor(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> title = "# Disk DescriptorFile"u8;
        return head.Length >= title.Length && Ascii.EqualsIgnoreCase(head[..title.Length], title);
    }

    private static bool IsDescriptor(FileSource file, ReadOnlySpan<byte> head)
    {
        if (!BeginsDescriptor(head) || file.IsBlockDevice || file.Length > VmdkDescriptor.MaxLength)
            return false;
        byte[] text = new byte[file.Length];
        file.ReadExactly(0, text);
        if (text.AsSpan().TrimEnd((byte)0).Contains((byte)0))
            return false;
        return file.Length <= MaxDescriptorLength
            ? true
            : throw new UnsupportedFeatureException(
                "a VMDK descriptor of this length",
                $"{file.Path} has {file.Length} bytes, and above {MaxDescriptorLength} it could be a disk; force --input-format vmdk or "
                    + "raw");
    }
}
