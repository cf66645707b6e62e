using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Mig.Core.Host;

namespace Mig.Images.Extract.Folders;

/// <summary>Lists and removes folders whose names may be any bytes.</summary>
internal static unsafe class FolderListing
{
    private const int BufferSize = 1 << 15;
    private const int TypeDirectory = 4; // DT_DIR
    private const int TypeUnknown = 0; // DT_UNKNOWN

    /// <summary>Returns the names in a folder, and whether each is a folder.</summary>
    public static List<(byte[] Name, bool IsDirectory)> Read(HostFolder folder)
    {
        var names = new List<(byte[], bool)>();
        using SafeFileHandle handle = folder.OpenDirectory(default);
        byte[] buffer = new byte[BufferSize];
        while (true)
        {
            nint length;
            fixed (byte* start = buffer)
                length = NativeCalls.ReadDirectory(handle, start, BufferSize);
            if (length < 0)
                throw HostFolder.Failure("list", folder.DisplayPath);
            if (length == 0)
                return names;

            // struct linux_dirent64: inode and offset of 8 bytes each, length of the record (2), type (1), name and NUL.
            for (ReadOnlySpan<byte> rest = buffer.AsSpan(0, (int)length); !rest.IsEmpty;
                rest = rest[BinaryPrimitives.ReadUInt16LittleEndian(rest[16..])..])
            {
                ReadOnlySpan<byte> name = rest[19..];
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add((name.ToArray(), rest[18] == TypeDirectory
                        || (rest[18] == TypeUnknown && folder.GetType(name) == FileType.Directory)));
            }
        }
    }

    /// <summary>Removes a folder in another one, with all that is in it.</summary>
    public static void Remove(HostFolder parent, ReadOnlySpan<byte> name)
    {
        using (HostFolder folder = parent.OpenFolder(name))
        {
            _ = NativeCalls.ChangeMode(folder.Handle, 0x1C0 /* 0700 */);
            foreach ((byte[] child, bool isDirectory) in Read(folder))
            {
                if (isDirectory)
                    Remove(folder, child);
                else
                    folder.Unlink(child, isDirectory: false);
            }
        }

        parent.Unlink(name, isDirectory: true);
    }
}
