using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mig.Testing.FileSystems;

/// <summary>Reads a tree through the kernel of the host: what a mounted image really holds. Names are bytes all the way.</summary>
public static partial class HostTree
{
    private const int NotFollowed = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint GetFlagsRequest = 0x80086601; // FS_IOC_GETFLAGS

    /// <summary>Reads everything below a folder.</summary>
    /// <param name="attributeMask">Which <c>FS_*_FL</c> flags to compare; 0 for none.</param>
    public static IReadOnlyList<TreeEntry> Read(string root, uint attributeMask)
    {
        var entries = new List<(TreeEntry, ulong)>();
        Walk(Encoding.UTF8.GetBytes(root), [], attributeMask, entries);
        return TreeEntry.Finish(entries);
    }

    private static void Walk(byte[] folder, byte[] path, uint attributeMask, List<(TreeEntry Entry, ulong Node)> entries)
    {
        foreach (byte[] name in List(folder))
        {
            byte[] hostPath = [.. folder, (byte)'/', .. name];
            byte[] childPath = [.. path, (byte)'/', .. name];
            (TreeEntry entry, ulong node) = ReadEntry(hostPath, childPath, attributeMask);
            entries.Add((entry, node));
            if (entry.Type == 'd')
                Walk(hostPath, childPath, attributeMask, entries);
        }
    }

    private static (TreeEntry Entry, ulong Node) ReadEntry(byte[] hostPath, byte[] path, uint attributeMask)
    {
        byte[] stat = new byte[256];
        Check(StatX(-100 /* AT_FDCWD */, Terminate(hostPath), NotFollowed, 0xFFF, stat), "statx", path);
        int mode = BitConverter.ToUInt16(stat, 28);
        char type = "?pc?d?b?-?l?s???"[mode >> 12];
        bool isDevice = type is 'b' or 'c';
        bool hasFlags = attributeMask != 0 && (type is '-' or 'd');
        return (new TreeEntry
        {
            Path = TreeEntry.Escape(path),
            Type = type,
            Mode = mode & 0xFFF,
            Uid = BitConverter.ToUInt32(stat, 20),
            Gid = BitConverter.ToUInt32(stat, 24),
            Size = type is '-' or 'l' ? BitConverter.ToInt64(stat, 40) : 0,
            ModifiedTime = Time(stat, 112),
            ChangedTime = Time(stat, 96),
            Device = isDevice ? $"{BitConverter.ToUInt32(stat, 128)}:{BitConverter.ToUInt32(stat, 132)}" : "",
            Target = type == 'l' ? TreeEntry.Escape(ReadLink(hostPath)) : "",
            Xattrs = TreeEntry.Describe(ReadXattrs(hostPath)),
            Attributes = hasFlags ? ReadFlags(hostPath) & attributeMask : 0,
            LinkCount = type == 'd' ? 0 : BitConverter.ToUInt32(stat, 16),
            Sha256 = type == '-' ? Hash(hostPath) : "",
        }, BitConverter.ToUInt64(stat, 32));
    }

    private static string Time(byte[] stat, int offset) =>
        $"{BitConverter.ToInt64(stat, offset)}.{BitConverter.ToUInt32(stat, offset + 8):d9}";

    private static List<byte[]> List(byte[] folder)
    {
        nint stream = OpenDirectory(Terminate(folder));
        Check(stream == 0 ? -1 : 0, "opendir", folder);
        try
        {
            var names = new List<byte[]>();
            for (nint entry = ReadDirectory(stream); entry != 0; entry = ReadDirectory(stream))
            {
                // struct dirent: inode and position of 8 bytes, length of 2, type of 1, name.
                int length = 0;
                while (Marshal.ReadByte(entry, 19 + length) != 0)
                    length++;
                byte[] name = new byte[length];
                Marshal.Copy(entry + 19, name, 0, length);
                if (!name.AsSpan().SequenceEqual("."u8) && !name.AsSpan().SequenceEqual(".."u8))
                    names.Add(name);
            }

            return names;
        }
        finally
        {
            _ = CloseDirectory(stream);
        }
    }

    private static byte[] ReadLink(byte[] path)
    {
        byte[] buffer = new byte[65536];
        nint length = ReadLinkNative(Terminate(path), buffer, buffer.Length);
        Check((int)length, "readlink", path);
        return buffer[..(int)length];
    }

    private static IEnumerable<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)> ReadXattrs(byte[] path)
    {
        byte[] list = new byte[65536];
        nint length = ListXattrs(Terminate(path), list, list.Length);
        Check((int)length, "llistxattr", path);
        var xattrs = new List<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value)>();
        for (int start = 0; start < length;)
        {
            int end = Array.IndexOf(list, (byte)0, start);
            byte[] name = list[start..end];
            byte[] value = new byte[65536];
            nint valueLength = GetXattr(Terminate(path), Terminate(name), value, value.Length);
            Check((int)valueLength, "lgetxattr", path);
            xattrs.Add((name, value.AsMemory(0, (int)valueLength)));
            start = end + 1;
        }

        return xattrs.OrderBy(static xattr => Encoding.Latin1.GetString(xattr.Name.Span), StringComparer.Ordinal);
    }

    private static uint ReadFlags(byte[] path)
    {
        using SafeFileHandle file = OpenFile(path);
        Check(IoControl(file, GetFlagsRequest, out uint flags), "FS_IOC_GETFLAGS", path);
        return flags;
    }

    private static string Hash(byte[] path)
    {
        using SafeFileHandle file = OpenFile(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        long position = 0;
        for (int read = RandomAccess.Read(file, buffer, 0); read > 0; read = RandomAccess.Read(file, buffer, position))
        {
            hash.AppendData(buffer, 0, read);
            position += read;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static SafeFileHandle OpenFile(byte[] path)
    {
        int descriptor = Open(Terminate(path), 0x800 /* O_RDONLY | O_NONBLOCK */);
        Check(descriptor, "open", path);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static byte[] Terminate(byte[] path) => [.. path, 0];

    private static void Check(int result, string call, byte[] path)
    {
        if (result < 0)
            throw new IOException($"{call} {TreeEntry.Escape(path)}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int StatX(int directory, byte[] path, int flags, uint mask, [Out] byte[] buffer);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint OpenDirectory(byte[] path);

    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial nint ReadDirectory(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseDirectory(nint stream);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true)]
    private static partial nint ReadLinkNative(byte[] path, [Out] byte[] buffer, nint size);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    private static partial nint ListXattrs(byte[] path, [Out] byte[] list, nint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    private static partial nint GetXattr(byte[] path, byte[] name, [Out] byte[] value, nint size);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(SafeFileHandle file, nuint request, out uint value);
}
