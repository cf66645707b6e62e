using Mig.Archives.Compression;
using Mig.Core;

namespace Mig.Archives;

/// <summary>Opens an archive whatever it is compressed with: told by its first bytes, not by its name.</summary>
public sealed class ArchiveInputStream : Stream
{
    private const int PeekLength = CompressedFormat.HeadLength;

    private static readonly (byte[] Magic, string Name)[] Unknown =
    [
        ([(byte)'P', (byte)'K', 3, 4], "zip"),
    ];

    private readonly byte[] _peeked;
    private readonly Stream _input;
    private int _position;

    private ArchiveInputStream(Stream input, byte[] peeked)
    {
        _input = input;
        _peeked = peeked;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Returns what the archive holds. Does not own the input.</summary>
    /// <exception cref="UnsupportedFeatureException">It is compressed in a way that mig does not read.</exception>
    public static Stream Open(Stream input)
    {
        byte[] buffer = new byte[PeekLength];
        byte[] peeked = buffer[..input.ReadAtLeast(buffer, PeekLength, throwOnEndOfStream: false)];
        var whole = new ArchiveInputStream(input, peeked);
        foreach ((byte[] magic, string name) in Unknown)
        {
            if (peeked.AsSpan().StartsWith(magic))
                throw new UnsupportedFeatureException(
                    name, $"the archive is compressed with {name}; give it as tar, gzip, bzip2, xz or zstd, as in '{name} -dc layer | mig "
                    + "overlay HEAD -'");
        }

        return CompressedFormat.Find(peeked) is { } compression ? compression.Open(whole) : whole;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_position == _peeked.Length)
            return _input.Read(buffer);
        int length = Math.Min(buffer.Length, _peeked.Length - _position);
        _peeked.AsSpan(_position, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
