using System.Text;
using Mig.Core;

namespace Mig.Archives.Ar;

/// <summary>
/// Reads an ar archive member by member, as Debian's packages are (deb(5)): the common format, without long names. Never looks back. Does
/// not own the input.
/// </summary>
public sealed class ArReader(Stream input) : IDisposable
{
    private const int HeaderSize = 60, NameLength = 16, SizeOffset = 48, SizeLength = 10, EndOffset = 58;

    private LimitedStream? _data;
    private long _position;
    private bool _isOdd;

    /// <summary>The bytes of the member that was read last. What is not read of it is passed over.</summary>
    public Stream Content => _data ?? Stream.Null;

    /// <summary>Reads the next member; null at the end.</summary>
    /// <exception cref="CorruptImageException">DEB-001: it is no ar archive, or a damaged one.</exception>
    public ArMember? Read()
    {
        try
        {
            if (_position == 0)
                ReadMagic();
            Finish();
            byte[] header = new byte[HeaderSize];
            int length = input.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
            return length == 0 ? null : length < HeaderSize ? throw new EndOfStreamException() : Parse(header);
        }
        catch (EndOfStreamException)
        {
            throw new CorruptImageException("DEB-001", $"the package ends within the member before or at byte {_position}");
        }
    }

    public void Dispose() => _data?.Dispose();

    private ArMember Parse(ReadOnlySpan<byte> header)
    {
        string size = Encoding.Latin1.GetString(header.Slice(SizeOffset, SizeLength)).TrimEnd(' ');
        if (!header[EndOffset..].SequenceEqual("`\n"u8)
            || !long.TryParse(size, System.Globalization.NumberStyles.None, null, out long length))
            throw new CorruptImageException("DEB-001", $"member at {_position}: its header is damaged, its size is '{size}'");
        _position += HeaderSize + length + (length & 1);
        _data = new LimitedStream(input, length);
        _isOdd = (length & 1) == 1;
        return new ArMember(Encoding.Latin1.GetString(header[..NameLength]).TrimEnd(' ').TrimEnd('/'), length);
    }

    private void ReadMagic()
    {
        byte[] magic = new byte[8];
        if (input.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length
            || !magic.AsSpan().SequenceEqual("!<arch>\n"u8))
            throw new CorruptImageException("DEB-001", "the file does not begin as an ar archive does, so it is no Debian package");
        _position = magic.Length;
    }

    private void Finish()
    {
        if (_data is not { } data)
            return;
        byte[] buffer = new byte[1 << 16];
        while (data.Left > 0)
            data.ReadExactly(buffer, 0, (int)Math.Min(buffer.Length, data.Left));
        if (_isOdd)
            input.ReadExactly(buffer, 0, 1);
        _data = null;
    }
}
