using System.Buffers;

namespace Mig.Store;

/// <summary>
/// Large buffers that are used again. .NET's own pool keeps some for each thread that ever had one, which in a server of many threads is most of its memory; this one keeps so many
/// bytes, whoever brings them. For many threads.
/// </summary>
public static class FrameBuffers
{
    // What is smaller costs nothing to speak of, wherever it is kept.
    private const int Small = 32 << 10;
    private const int Step = 64 << 10;
    private const long MostBytes = 48L << 20;

    private static readonly Lock Gate = new();
    private static readonly List<byte[]> Free = [];
    private static long _bytes;

    /// <summary>Bytes that are kept.</summary>
    internal static long KeptBytes
    {
        get
        {
            lock (Gate)
                return _bytes;
        }
    }

    /// <summary>Returns a buffer of at least so many bytes, with anything in it.</summary>
    public static byte[] Rent(int length)
    {
        if (length <= Small)
            return ArrayPool<byte>.Shared.Rent(length);
        lock (Gate)
        {
            int best = -1;
            for (int i = 0; i < Free.Count; i++)
            {
                if (Free[i].Length >= length && (best < 0 || Free[i].Length < Free[best].Length))
                    best = i;
            }

            // A much larger one is for somebody else.
            if (best >= 0 && Free[best].Length <= (2L * length) + Step)
            {
                byte[] found = Free[best];
                Free.RemoveAt(best);
                _bytes -= found.Length;
                return found;
            }
        }

        return GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, ((long)length + Step - 1) / Step * Step));
    }

    /// <summary>Gives a buffer back; nobody may use it any more.</summary>
    public static void Return(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (buffer.Length <= Small)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return;
        }

        lock (Gate)
        {
            Free.Add(buffer);
            _bytes += buffer.Length;

            // What came first was of no use for the longest time.
            while (_bytes > MostBytes)
            {
                _bytes -= Free[0].Length;
                Free.RemoveAt(0);
            }
        }
    }

    /// <summary>Keeps none: for whoever has nothing to do for a while.</summary>
    public static void Clear()
    {
        lock (Gate)
        {
            Free.Clear();
            _bytes = 0;
        }
    }
}
