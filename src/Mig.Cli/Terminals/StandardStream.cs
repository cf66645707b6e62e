using System.Runtime.InteropServices;

namespace Mig.Cli.Terminals;

/// <summary>Standard output or error, written with plain write(2).</summary>
/// <remarks>
/// The console's own stream hides a closed pipe, so a <c>mig cat | head</c> would go on for nothing. A <see cref="FileStream"/> does not
/// move the position that it shares with the shell and other programs, so a later line would overwrite an earlier one.
/// </remarks>
internal sealed partial class StandardStream(int descriptor) : Stream
{
    public const int OutputDescriptor = 1;
    public const int ErrorDescriptor = 2;

    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BadDescriptor = 9;
    private const int BrokenPipe = 32;
    private const short PollOut = 4;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="OutputClosedException">The reader has gone.</exception>
    /// <exception cref="IOException">The bytes could not be written, for want of space for example.</exception>
    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            int done = 0;
            while (done < buffer.Length)
            {
                nint written = WriteNative(descriptor, start + done, (nuint)(buffer.Length - done));
                if (written >= 0)
                {
                    done += (int)written;
                    continue;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == TryAgain)
                    Wait();
                else if (error is BrokenPipe or BadDescriptor)
                    throw new OutputClosedException();
                else if (error != Interrupted)
                    throw new IOException(
                        $"{(descriptor == OutputDescriptor ? "standard output" : "standard error")} cannot be written: "
                        + $"{Marshal.GetPInvokeErrorMessage(error)}", error);
            }
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // Someone made the descriptor non-blocking, as ssh does.
    private unsafe void Wait()
    {
        long entry = (uint)descriptor | ((long)PollOut << 32); // struct pollfd: int fd, short events, short revents; little-endian
        _ = Poll(&entry, 1, -1);
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteNative(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int Poll(void* entries, nuint count, int timeout);
}
