using System.Buffers;
using Mig.Nbd.Wire;

namespace Mig.Nbd.Serving;

/// <summary>Reads requests, and the bytes behind those that write. One thread at a time.</summary>
internal sealed class RequestReader(Stream stream, StallWatch watch) : IDisposable
{
    private const int BufferSize = 16 << 10;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;

    /// <summary>Reads the next request.</summary>
    /// <returns>Null when the client is gone, or sends something else than a request, which is a fault.</returns>
    public async ValueTask<(NbdRequest? Request, bool IsFault)> ReadAsync()
    {
        while (_end - _start < NbdRequest.Size)
        {
            if (_start == _end)
                _start = _end = 0;
            if (_start > BufferSize - NbdRequest.Size)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            // Between two requests a client may rest as long as it likes, within one it may not.
            if (_end > _start)
                watch.BeginReceive();
            int read = await stream.ReadAsync(_buffer.AsMemory(_end, BufferSize - _end)).ConfigureAwait(false);
            if (read == 0)
                return (null, _end > _start);
            _end += read;
        }

        watch.EndReceive();
        bool isRequest = NbdRequest.TryParse(_buffer.AsSpan(_start), out NbdRequest request);
        _start += NbdRequest.Size;
        return isRequest ? (request, false) : (null, true);
    }

    /// <summary>Reads bytes that belong to a request.</summary>
    /// <returns>False when the client is gone.</returns>
    public async ValueTask<bool> ReadAsync(Memory<byte> payload)
    {
        int known = Math.Min(payload.Length, _end - _start);
        _buffer.AsSpan(_start, known).CopyTo(payload.Span);
        _start += known;
        payload = payload[known..];
        if (payload.IsEmpty)
            return true;
        watch.BeginReceive();
        int read = await stream.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false).ConfigureAwait(false);
        watch.EndReceive();
        return read == payload.Length;
    }

    /// <summary>Leaves out bytes that belong to a request.</summary>
    /// <returns>False when the client is gone.</returns>
    public async ValueTask<bool> SkipAsync(uint length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long left = length; left > 0;)
            {
                int part = (int)Math.Min(left, BufferSize);
                if (!await ReadAsync(buffer.AsMemory(0, part)).ConfigureAwait(false))
                    return false;
                left -= part;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
