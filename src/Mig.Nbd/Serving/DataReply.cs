using Mig.Core;
using Mig.Nbd.Wire;

namespace Mig.Nbd.Serving;

/// <summary>Turns bytes that were read into the parts of a structured reply: what is zero is not sent.</summary>
internal static class DataReply
{
    private const int Block = NbdLimits.PreferredBlock;

    // Zeros between data are left out from so many bytes on; for less, a part more costs the client more than the bytes do.
    private const int LeastHole = 4 * Block;

    /// <summary>Returns the next part of a reply, with its header.</summary>
    /// <param name="buffer">The bytes, with <see cref="NbdReply.DataSize"/> of room in front. Headers go into that room, and into zeros
    /// that are left out.</param>
    /// <param name="length">How many bytes were read.</param>
    /// <param name="done">How many of them earlier parts stand for; grows by those of this one.</param>
    /// <param name="isLast">Whether the reply ends with these bytes.</param>
    public static Memory<byte> Next(byte[] buffer, int length, ref int done, in NbdRequest request, ulong offset, bool isLast)
    {
        bool isWhole = request.Flags.HasFlag(NbdCommandFlags.DontFragment);
        ReadOnlySpan<byte> bytes = buffer.AsSpan(NbdReply.DataSize, length);
        int start = done;
        int zeros = CountZeros(bytes, start);
        bool isHole = zeros == length || (!isWhole && zeros >= LeastHole);
        int end = isHole ? start + zeros : isWhole ? length : FindHole(bytes, start + zeros);
        done = end;
        isLast &= end == length;
        if (isHole)
        {
            // A hole in the front has all of the room; another one has its own zeros.
            Memory<byte> hole = buffer.AsMemory(start == 0 ? 0 : NbdReply.DataSize + start, NbdReply.HoleSize);
            NbdReply.WriteHole(hole.Span, request.Cookie, offset + (ulong)start, end - start, isLast);
            return hole;
        }

        Memory<byte> data = buffer.AsMemory(start, NbdReply.DataSize + end - start);
        NbdReply.WriteData(data.Span, request.Cookie, offset + (ulong)start, end - start, isLast);
        return data;
    }

    // Whole blocks of zeros, or all up to the end.
    private static int CountZeros(ReadOnlySpan<byte> bytes, int start)
    {
        int end = start;
        while (end < bytes.Length)
        {
            int block = Math.Min(Block, bytes.Length - end);
            if (!ZeroBytes.IsZero(bytes.Slice(end, block)))
                break;
            end += block;
        }

        return end - start;
    }

    // Where the next zeros begin that are worth being left out; the end when there are none.
    private static int FindHole(ReadOnlySpan<byte> bytes, int start)
    {
        for (int at = start; at < bytes.Length;)
        {
            int zeros = CountZeros(bytes, at);
            if (zeros >= LeastHole)
                return at;
            at += Math.Max(zeros, Math.Min(Block, bytes.Length - at));
        }

        return bytes.Length;
    }
}
