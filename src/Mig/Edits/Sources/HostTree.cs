using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Mig.Core;
using Mig.Core.Host;
using Mig.FileSystems;
using Mig.Images.Extract.Folders;

namespace Mig.Edits.Sources;

/// <summary>Reads names, metadata and contents below a folder of the host; no symbolic link in it is followed.</summary>
internal sealed unsafe class HostTree(HostFolder folder)
{
    private const int MaxAttributeBytes = 1 << 16; // XATTR_LIST_MAX, XATTR_SIZE_MAX
    private const int MaxTarget = 4096; // PATH_MAX

    public string Display(ReadOnlySpan<byte> path) => folder.Display(path);

    /// <summary>Looks at what stands at a path; empty for the folder itself.</summary>
    public HostNode Look(ReadOnlySpan<byte> path)
    {
        FileStatus status;
        if (path.IsEmpty)
        {
            using SafeFileHandle self = folder.OpenDirectory(default);
            status = FileStatus.Of(self);
        }
        else
        {
            using SafeFileHandle parent = folder.OpenParent(path, out byte[] name);
            status = FileStatus.In(parent, name) ?? throw HostFolder.Failure("look at", Display(path));
        }

        return new HostNode(
            Type(status.Type, path),
            status.Mode,
            status.Uid,
            status.Gid,
            status.Length,
            status.Modified,
            status.SpecialMajor,
            status.SpecialMinor,
            status.LinkCount,
            (status.Device, status.Inode));
    }

    /// <summary>Returns the names in a folder, sorted by bytes.</summary>
    public List<byte[]> List(ReadOnlySpan<byte> path)
    {
        using HostFolder opened = folder.OpenFolder(path);
        List<byte[]> names = [.. FolderListing.Read(opened).Select(entry => entry.Name)];
        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return names;
    }

    /// <summary>Gives a regular file to who reads it.</summary>
    /// <exception cref="ChangedFileException">It was written to meanwhile: what was read is not to be kept.</exception>
    public void Read(ReadOnlySpan<byte> path, Action<IByteSource> read)
    {
        using SafeFileHandle handle = folder.OpenForReading(path);
        using FileSource source = FileSource.OpenWatched(DescriptorPath(handle), Display(path));
        read(source);
        source.CheckUnchanged();
    }

    public byte[] ReadLink(ReadOnlySpan<byte> path)
    {
        byte[] target = new byte[MaxTarget];
        using SafeFileHandle parent = folder.OpenParent(path, out byte[] name);
        fixed (byte* last = name, to = target)
        {
            nint length = NativeCalls.ReadLinkAt(parent, last, to, MaxTarget);
            return length > 0 ? target[..(int)length] : throw HostFolder.Failure("read link", Display(path));
        }
    }

    /// <summary>Reads the extended attributes of anything, as far as this user sees them.</summary>
    public List<ExtendedAttribute> ReadAttributes(ReadOnlySpan<byte> path)
    {
        var attributes = new List<ExtendedAttribute>();
        using SafeFileHandle parent = path.IsEmpty ? folder.OpenDirectory(default) : folder.OpenParent(path, out _);
        byte[] place = [.. Encoding.ASCII.GetBytes(DescriptorPath(parent)), .. path.IsEmpty ? "/."u8
            : [(byte)'/', .. VolumePath.Name(path)], 0];
        byte[] names = new byte[MaxAttributeBytes], value = new byte[MaxAttributeBytes];
        fixed (byte* file = place, list = names, bytes = value)
        {
            nint length = NativeCalls.ListXattr(file, list, MaxAttributeBytes);
            if (length < 0 && HostFolder.LastError != Errno.NotSupported)
                throw HostFolder.Failure("list the extended attributes of", Display(path));
            for (int at = 0; at < length;)
            {
                int end = names.AsSpan(at).IndexOf((byte)0);
                nint size = NativeCalls.GetXattr(file, list + at, bytes, MaxAttributeBytes);
                if (size < 0)
                    throw HostFolder.Failure($"read {Encoding.UTF8.GetString(names.AsSpan(at, end))} of", Display(path));
                attributes.Add(new ExtendedAttribute(names.AsSpan(at, end).ToArray(), value.AsSpan(0, (int)size).ToArray()));
                at += end + 1;
            }
        }

        return attributes;
    }

    private NodeType Type(FileType type, ReadOnlySpan<byte> path) => type switch
    {
        FileType.Regular => NodeType.File,
        FileType.Directory => NodeType.Directory,
        FileType.SymbolicLink => NodeType.SymbolicLink,
        FileType.CharacterDevice => NodeType.CharacterDevice,
        FileType.BlockDevice => NodeType.BlockDevice,
        FileType.Fifo => NodeType.Fifo,
        FileType.Socket => NodeType.Socket,
        _ => throw new UsageException($"{Display(path)} is of a kind that no file system has"),
    };

    private static string DescriptorPath(SafeFileHandle handle) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}");
}
