using System.Buffers.Binary;
using System.Text;
using Mig.Core;

namespace Mig.Disks.Volumes;

/// <summary>Looks at places of a volume for what tells its kind. What lies outside the volume is not there.</summary>
internal sealed class VolumeProbe
{
    private const int HeadLength = 68 << 10;

    private readonly IByteSource _volume;
    private readonly byte[] _head;

    public VolumeProbe(IByteSource volume)
    {
        _volume = volume;
        _head = Read(0, (int)Math.Min(HeadLength, volume.Length))!;
    }

    public long Length => _volume.Length;

    public bool IsEmpty => ZeroBytes.IsZero(_head) && !_volume.GetStoredRanges(new ByteRange(0, Length)).Any();

    /// <summary>Tells whether bytes stand somewhere.</summary>
    /// <param name="magic">A character for each byte.</param>
    public bool Has(long offset, string magic) =>
        Find(offset, magic.Length) is { } bytes && bytes.AsSpan().SequenceEqual(Encoding.Latin1.GetBytes(magic));

    public ushort? Little16(long offset) => Find(offset, 2) is { } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : null;

    public uint? Little32(long offset) => Find(offset, 4) is { } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : null;

    public ulong? Little64(long offset) => Find(offset, 8) is { } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : null;

    public ushort? Big16(long offset) => Find(offset, 2) is { } bytes ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : null;

    public uint? Big32(long offset) => Find(offset, 4) is { } bytes ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : null;

    private byte[]? Find(long offset, int length) =>
        offset >= 0 && offset + length <= _head.Length ? _head.AsSpan((int)offset, length).ToArray() : Read(offset, length);

    private byte[]? Read(long offset, int length)
    {
        if (offset < 0 || length > Length || offset > Length - length)
            return null;
        byte[] bytes = new byte[length];
        _volume.ReadExactly(offset, bytes);
        return bytes;
    }
}
