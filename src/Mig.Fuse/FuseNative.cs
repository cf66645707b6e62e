using System.Runtime.InteropServices;

namespace Mig.Fuse;

/// <summary>The part of libfuse3 (fuse_lowlevel.h, ABI of 3.0) that is called.</summary>
internal static unsafe partial class FuseNative
{
    public const string Library = "libfuse3.so.3";

    [LibraryImport(Library, EntryPoint = "fuse_session_new")]
    public static partial nint NewSession(Arguments* arguments, nint* operations, nuint operationsSize, nint user);

    [LibraryImport(Library, EntryPoint = "fuse_session_mount", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(nint session, string folder);

    [LibraryImport(Library, EntryPoint = "fuse_session_unmount")]
    public static partial void Unmount(nint session);

    [LibraryImport(Library, EntryPoint = "fuse_session_destroy")]
    public static partial void Destroy(nint session);

    [LibraryImport(Library, EntryPoint = "fuse_session_exit")]
    public static partial void Exit(nint session);

    [LibraryImport(Library, EntryPoint = "fuse_session_exited")]
    public static partial int HasExited(nint session);

    [LibraryImport(Library, EntryPoint = "fuse_session_receive_buf")]
    public static partial int Receive(nint session, Buffer* buffer);

    [LibraryImport(Library, EntryPoint = "fuse_session_process_buf")]
    public static partial void Process(nint session, Buffer* buffer);

    [LibraryImport(Library, EntryPoint = "fuse_req_userdata")]
    public static partial nint UserOf(nint request);

    [LibraryImport(Library, EntryPoint = "fuse_reply_err")]
    public static partial int ReplyError(nint request, int error);

    [LibraryImport(Library, EntryPoint = "fuse_reply_none")]
    public static partial void ReplyNothing(nint request);

    [LibraryImport(Library, EntryPoint = "fuse_reply_entry")]
    public static partial int ReplyEntry(nint request, byte* entry);

    [LibraryImport(Library, EntryPoint = "fuse_reply_attr")]
    public static partial int ReplyAttributes(nint request, byte* status, double timeout);

    [LibraryImport(Library, EntryPoint = "fuse_reply_readlink")]
    public static partial int ReplyLink(nint request, byte* target);

    [LibraryImport(Library, EntryPoint = "fuse_reply_open")]
    public static partial int ReplyOpen(nint request, OpenFile* file);

    [LibraryImport(Library, EntryPoint = "fuse_reply_buf")]
    public static partial int ReplyBytes(nint request, byte* bytes, nuint length);

    [LibraryImport(Library, EntryPoint = "fuse_reply_write")]
    public static partial int ReplyWritten(nint request, nuint length);

    [LibraryImport(Library, EntryPoint = "fuse_reply_xattr")]
    public static partial int ReplyXattrLength(nint request, nuint length);

    [LibraryImport(Library, EntryPoint = "fuse_reply_statfs")]
    public static partial int ReplyStatistics(nint request, byte* statistics);

    [LibraryImport(Library, EntryPoint = "fuse_add_direntry")]
    public static partial nuint AddEntry(nint request, byte* buffer, nuint length, byte* name, byte* status, long next);

    [LibraryImport(Library, EntryPoint = "fuse_add_direntry_plus")]
    public static partial nuint AddEntryPlus(nint request, byte* buffer, nuint length, byte* name, byte* entry, long next);

    /// <summary>fuse_args.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Arguments
    {
        public int Count;
        public byte** Values;
        public int IsAllocated;
    }

    /// <summary>fuse_buf.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        public nuint Length;
        public int Flags;
        public byte* Memory;
        public int Descriptor;
        public long Position;
    }

    /// <summary>fuse_file_info, as far as it is used here.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct OpenFile
    {
        public const uint KeepsCache = 1 << 2;
        public const uint CachesNames = 1 << 6;

        public int Flags;
        public uint Bits;
        public uint Padding;
        public ulong Handle;
    }

    /// <summary>Places of operations in fuse_lowlevel_ops.</summary>
    public static class Operation
    {
        public const int Lookup = 2;
        public const int Forget = 3;
        public const int GetAttributes = 4;
        public const int ReadLink = 6;
        public const int Open = 14;
        public const int Read = 15;
        public const int Write = 16;
        public const int Release = 18;
        public const int Sync = 19;
        public const int OpenDirectory = 20;
        public const int ReadDirectory = 21;
        public const int ReleaseDirectory = 22;
        public const int Statistics = 24;
        public const int GetXattr = 26;
        public const int ListXattrs = 27;
        public const int ForgetMany = 38;
        public const int Allocate = 40;
        public const int ReadDirectoryPlus = 41;
        public const int Count = 44;
    }
}
