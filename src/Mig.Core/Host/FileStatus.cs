using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mig.Core.Host;

/// <summary>What the kernel says of a file (statx(2)).</summary>
public readonly record struct FileStatus
{
    private const int Size = 256;
    private const uint Born = 0x800; // STATX_BTIME
    private const uint Fields = 0x7FF /* STATX_BASIC_STATS */ | Born;

    public required FileType Type { get; init; }

    /// <summary>The permission bits, setuid, setgid and sticky among them.</summary>
    public required int Mode { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required long LinkCount { get; init; }

    public required ulong Inode { get; init; }

    /// <summary>The device that the file is on: its number as two halves, comparable only.</summary>
    public required ulong Device { get; init; }

    public required long Length { get; init; }

    public required Timestamp Modified { get; init; }

    public required Timestamp Changed { get; init; }

    /// <summary>When the file was made; null where the file system does not keep that.</summary>
    public required Timestamp? Made { get; init; }

    /// <summary>Of a device: which one.</summary>
    public required uint SpecialMajor { get; init; }

    /// <inheritdoc cref="SpecialMajor"/>
    public required uint SpecialMinor { get; init; }

    /// <summary>Looks at a path.</summary>
    /// <returns>Null when nothing is there, or it cannot be looked at.</returns>
    public static unsafe FileStatus? Of(string path, bool followsLinks)
    {
        byte* buffer = stackalloc byte[Size];
        return LibC.StatX(AtFlags.CurrentDirectory, path, followsLinks ? 0 : AtFlags.NoFollow, Fields, buffer) == 0 ? Read(buffer) : null;
    }

    /// <summary>Looks at a path, links followed, and tells nothing from what it may not see.</summary>
    /// <returns>Null when nothing is there.</returns>
    /// <exception cref="UnauthorizedAccessException">This user may not look there.</exception>
    public static FileStatus? Find(string path) => Of(path, followsLinks: true) is { } status ? status
        : LibC.LastError == Errno.AccessDenied
            ? throw new UnauthorizedAccessException($"cannot look at {path}: {Marshal.GetPInvokeErrorMessage(Errno.AccessDenied)}")
        : null;

    /// <summary>Looks at an open file.</summary>
    /// <exception cref="IOException">The kernel does not say.</exception>
    public static FileStatus Of(SafeFileHandle file) => Of(file, "\0"u8, AtFlags.EmptyPath)
        ?? throw new IOException($"an open file cannot be looked at: {Marshal.GetLastPInvokeErrorMessage()}");

    /// <summary>Looks at a name in an open folder, links not followed.</summary>
    /// <param name="name">Ends with NUL.</param>
    /// <returns>Null when it cannot be looked at; the reason is the last error of the platform.</returns>
    public static FileStatus? In(SafeFileHandle folder, ReadOnlySpan<byte> name) => Of(folder, name, AtFlags.NoFollow);

    private static unsafe FileStatus? Of(SafeFileHandle folder, ReadOnlySpan<byte> name, int flags)
    {
        byte* buffer = stackalloc byte[Size];
        fixed (byte* start = name)
            return LibC.StatX(folder, start, flags, Fields, buffer) == 0 ? Read(buffer) : null;
    }

    // struct statx (linux/stat.h) is the same on every processor.
    private static unsafe FileStatus Read(byte* statx)
    {
        int mode = *(ushort*)(statx + Field.Mode);
        return new FileStatus
        {
            Type = TypeOf(mode),
            Mode = mode & 0xFFF,
            Uid = *(uint*)(statx + Field.Uid),
            Gid = *(uint*)(statx + Field.Gid),
            LinkCount = *(uint*)(statx + Field.LinkCount),
            Inode = *(ulong*)(statx + Field.Inode),
            Device = *(ulong*)(statx + Field.Device),
            Length = *(long*)(statx + Field.Length),
            Modified = Time(statx + Field.Modified),
            Changed = Time(statx + Field.Changed),
            Made = (*(uint*)(statx + Field.Mask) & Born) != 0 ? Time(statx + Field.Made) : null,
            SpecialMajor = *(uint*)(statx + Field.SpecialMajor),
            SpecialMinor = *(uint*)(statx + Field.SpecialMinor),
        };
    }

    private static FileType TypeOf(int mode) => (mode & 0xF000) switch
    {
        0x8000 => FileType.Regular,
        0x4000 => FileType.Directory,
        0xA000 => FileType.SymbolicLink,
        0x6000 => FileType.BlockDevice,
        0x2000 => FileType.CharacterDevice,
        0x1000 => FileType.Fifo,
        0xC000 => FileType.Socket,
        _ => FileType.Other,
    };

    private static unsafe Timestamp Time(byte* time) => new(*(long*)time, (int)*(uint*)(time + 8));

    private static class Field
    {
        public const int Mask = 0x00;
        public const int LinkCount = 0x10;
        public const int Uid = 0x14;
        public const int Gid = 0x18;
        public const int Mode = 0x1C;
        public const int Inode = 0x20;
        public const int Length = 0x28;
        public const int Made = 0x50;
        public const int Changed = 0x60;
        public const int Modified = 0x70;
        public const int SpecialMajor = 0x80;
        public const int SpecialMinor = 0x84;
        public const int Device = 0x88; // major and minor, 32 bits each
    }
}
