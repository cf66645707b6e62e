using System.Text;

namespace Mig.Cli.Terminals;

/// <summary>Text and raw bytes on their way out, in one order, through one buffer.</summary>
internal sealed class TextOutput(Stream stream) : IDisposable
{
    private const int BufferSize = 1 << 15;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _used;
    private bool _isClosed;

    public TextOutput Write(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            // Three bytes hold any character of UTF-16, pairs included.
            int count = Math.Min(text.Length, (BufferSize - _used) / 3);
            if (count > 0 && count < text.Length && char.IsHighSurrogate(text[count - 1]))
                count--;
            if (count == 0)
            {
                Flush();
                continue;
            }

            _used += Encoding.UTF8.GetBytes(text[..count], _buffer.AsSpan(_used));
            text = text[count..];
        }

        return this;
    }

    public TextOutput Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferSize - _used)
            Flush();
        if (bytes.Length >= BufferSize)
        {
            Send(bytes);
            return this;
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
        return this;
    }

    public TextOutput WriteLine(ReadOnlySpan<char> text = default) => Write(text).Write("\n");

    /// <summary>A stream into this output, for those who write bytes; disposing it does nothing.</summary>
    public Stream AsStream() => new OutputStream(this);

    public void Flush()
    {
        int count = _used;
        _used = 0;
        Send(_buffer.AsSpan(0, count));
    }

    public void Dispose()
    {
        if (!_isClosed)
            Flush();
        stream.Dispose();
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        if (_isClosed || bytes.IsEmpty)
            return;
        try
        {
            stream.Write(bytes);
        }
        catch (Exception e) when (e is OutputClosedException or IOException)
        {
            _isClosed = true; // say it once, not again at the end
            throw;
        }
    }
}
