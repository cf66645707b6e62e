using System.Runtime.InteropServices;
using Mig.Core;

namespace Mig.Fuse;

/// <summary>What is written to a file that can be. Its length never changes.</summary>
internal static unsafe partial class FuseOperations
{
    private const int NoSpace = 28, NotSupported = 95;
    private const int KeepSize = 1, PunchHole = 2, ZeroRange = 16; // FALLOC_FL_…

    [UnmanagedCallersOnly]
    private static void Write(nint request, ulong id, byte* bytes, nuint length, long offset, FuseNative.OpenFile* file)
    {
        ulong handle = file->Handle;
        Answer(request, state =>
        {
            if (state.Opened(handle) is not IByteTarget content)
                return Invalid;
            int count = (int)Math.Clamp(content.Length - offset, 0, (long)length);
            if (count == 0 && length > 0)
                return NoSpace;
            content.Write(offset, new ReadOnlySpan<byte>(bytes, count));
            _ = FuseNative.ReplyWritten(request, (nuint)count);
            return 0;
        });
    }

    [UnmanagedCallersOnly]
    private static void Sync(nint request, ulong id, int onlyData, FuseNative.OpenFile* file)
    {
        ulong handle = file->Handle;
        Answer(request, state =>
        {
            if (state.Opened(handle) is IByteTarget content)
                content.Flush();
            return ReplyDone(request);
        });
    }

    // A hole that is punched, or zeros: room is never taken in advance.
    [UnmanagedCallersOnly]
    private static void Allocate(nint request, ulong id, int mode, long offset, long length, FuseNative.OpenFile* file)
    {
        ulong handle = file->Handle;
        Answer(request, state =>
        {
            if (state.Opened(handle) is not IByteTarget content)
                return Invalid;
            if ((mode & ~KeepSize) is not (PunchHole or ZeroRange) || (mode & KeepSize) == 0)
                return NotSupported;
            content.Zero(new ByteRange(offset, length).Intersect(new ByteRange(0, content.Length)));
            return ReplyDone(request);
        });
    }

    private static int ReplyDone(nint request)
    {
        _ = FuseNative.ReplyError(request, 0);
        return 0;
    }
}
