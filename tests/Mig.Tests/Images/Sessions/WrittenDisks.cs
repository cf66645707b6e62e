using Mig.Core;
using Mig.Images.Sessions;
using Mig.Testing;

namespace Mig.Tests.Images.Sessions;

/// <summary>Brings a session's disk to what a file has, as a machine would: by writing the blocks that differ.</summary>
internal static class WrittenDisks
{
    private const int BlockSize = 4096;

    /// <summary>Writes what differs; every other run of zeros as zeros, the rest as bytes.</summary>
    /// <returns>Bytes that were written.</returns>
    public static long Write(Repository repository, string session, string file, int disk = 0)
    {
        using OpenSession open = repository.Sessions.Open(session);
        byte[] wanted = File.ReadAllBytes(file), now = new byte[wanted.Length];
        SessionDisk target = open.Disks[disk];
        target.ReadExactly(0, now);
        long written = 0;
        for (int start = 0; start < wanted.Length; start += BlockSize)
        {
            Range range = start..Math.Min(wanted.Length, start + BlockSize);
            if (wanted.AsSpan(range).SequenceEqual(now.AsSpan(range)))
                continue;
            if (ZeroBytes.IsZero(wanted.AsSpan(range)) && start / BlockSize % 2 == 0)
                target.Zero(ByteRange.FromBounds(start, range.End.Value));
            else
                target.Write(start, wanted.AsSpan(range));
            written += BlockSize;
        }

        open.Flush();
        return written;
    }
}
