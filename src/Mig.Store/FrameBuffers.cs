using System.Buffers;

namespace Mig.Store;

/// <summary>
/// Large buffers that are used again. .NET's own pool keeps some for each thread that ever had one, which in a server of many threads is
/// most of its memory; this one keeps so many bytes, whoever brings them. For many threads.
/// </summary>
public sealed class FrameBuffers
{
    // What is smaller costs nothing to speak of, wherever it is kept.
    private const int Small = 32 << 10;
    private const int Step = 64 << 10;
    private const long MostBytes = 24L << 20;

    private readonly Lock _gate = new();
    private readonly List<byte[]> _free = [];
    private long _bytes;

    /// <summary>Those of this process.</summary>
    public static FrameBuffers Shared { get; } = new();

    /// <summary>Bytes that are kept.</summary>
    internal long KeptBytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>Returns a buffer of at least so many bytes, with anything in it.</summary>
    public byte[] Rent(int length)
    {
        if (length <= Small)
            return ArrayPool<byte>.Shared.Rent(length);
        lock (_gate)
        {
            int best = -1;
            for (int i = 0; i < _free.Count; i++)
            {
                if (_free[i].Length >= length && (best < 0 || _free[i].Length < _free[best].Length))
                    best = i;
            }

            // A much larger one is for somebody else.
            if (best >= 0 && _free[best].Length <= (2L * length) + Step)
            {
                byte[] found = _free[best];
                _free.RemoveAt(best);
                _bytes -= found.Length;
                return found;
            }
        }

        return GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, ((long)length + Step - 1) / Step * Step));
    }

    /// <summary>Gives a buffer back; nobody may use it any more.</summary>
    public void Return(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (buffer.Length <= Small)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return;
        }

        lock (_gate)
        {
            _free.Add(buffer);
            _bytes += buffer.Length;

            // What came first was of no use for the longest time.
            while (_bytes > MostBytes)
            {
                _bytes -= _free[0].Length;
                _free.RemoveAt(0);
            }
        }
    }

    /// <summary>Keeps none: for whoever has nothing to do for a while.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _free.Clear();
            _bytes = 0;
        }
    }
}
