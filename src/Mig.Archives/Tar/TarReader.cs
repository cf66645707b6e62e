using System.Text;
using Mig.Core;

namespace Mig.Archives.Tar;

/// <summary>
/// Reads a tar archive member by member: ustar, pax, GNU long names and sparse files. Why not System.Formats.Tar: see
/// docs/decisions/0016-edits.md. Never looks back, and holds no more than one extended header in memory. Does not own the input.
/// </summary>
public sealed class TarReader(Stream input) : IDisposable
{
    private const int MaxExtendedHeader = 16 << 20;
    private const long MaxTrailer = 1L << 30;
    private const int StepSize = 1 << 20;

    private readonly byte[] _block = new byte[TarHeader.Size];
    private readonly PaxHeader _global = new();
    private LimitedStream? _data;
    private long _padding;
    private long _position;

    /// <summary>
    /// The bytes of the member that was read last: of a sparse file, its ranges one after the other. What is not read of it is passed over.
    /// </summary>
    public Stream Content => _data ?? Stream.Null;

    /// <summary>Reads the next member.</summary>
    /// <returns>Null at the end of the archive, when all of the input was read.</returns>
    /// <exception cref="CorruptImageException">TAR-001 to TAR-006, TAR-010.</exception>
    public ArchiveMember? Read()
    {
        try
        {
            return ReadMember();
        }
        catch (EndOfStreamException)
        {
            throw new CorruptImageException(
                "TAR-003", $"the archive ends at {_position} within a member; its end, two blocks of zeros, is missing");
        }
        catch (InvalidDataException e)
        {
            throw new CorruptImageException(
                "TAR-010", $"the compressed data of the archive is damaged after {_position} bytes: {e.Message}", e);
        }
    }

    public void Dispose() => _data?.Dispose();

    private ArchiveMember? ReadMember()
    {
        Finish();
        var pax = new PaxHeader();
        byte[]? longName = null, longLink = null;
        while (true)
        {
            long offset = _position;
            ReadBlock(_block);
            if (ZeroBytes.IsZero(_block))
            {
                Drain();
                return null;
            }

            TarHeader header = TarHeader.Parse(_block, offset);
            switch (header.Type)
            {
                case TarType.Extended or TarType.OldExtended:
                    pax.Add(ReadExtended(header, offset), offset);
                    break;
                case TarType.GlobalExtended:
                    _global.Add(ReadExtended(header, offset), offset);
                    break;
                case TarType.LongName:
                    longName = ReadExtended(header, offset).TrimEnd((byte)0).ToArray();
                    break;
                case TarType.LongLink:
                    longLink = ReadExtended(header, offset).TrimEnd((byte)0).ToArray();
                    break;
                case TarType.VolumeName:
                    Begin(CheckLength(header.Length, offset));
                    Finish();
                    break;
                default:
                    return ToMember(header, pax, longName, longLink, offset);
            }
        }
    }

    private ArchiveMember ToMember(TarHeader header, PaxHeader pax, byte[]? longName, byte[]? longLink, long offset)
    {
        (ArchiveMemberType type, bool isLink) = TypeOf(header.Type, offset);
        byte[] name = pax.Bytes(PaxKey.SparseName) ?? pax.Bytes(PaxKey.Path) ?? longName ?? header.Name;
        bool isFile = type == ArchiveMemberType.File && !isLink;

        // What is older than ustar marks directories by a slash at the end of their names.
        if (isFile && header.Type is TarType.OldFile or TarType.File && name is [.., (byte)'/'])
            (type, isFile) = (ArchiveMemberType.Directory, false);
        long length = isFile ? CheckLength(pax.Number(PaxKey.Size, offset) ?? header.Length, offset) : 0;
        long? realSize = isFile ? pax.Number(PaxKey.SparseRealSize, offset) ?? pax.Number(PaxKey.SparseSize, offset) : null;
        bool isOldSparse = header.Type == TarType.OldSparse;
        List<ByteRange>? pieces = isOldSparse ? SparseMap.ReadOld(header, ReadBlock, offset) : null;
        Begin(length);
        if (isOldSparse)
            realSize = header.SparseRealSize;
        else if (realSize is { } size)
            pieces = pax.Bytes(PaxKey.SparseMajor) is [(byte)'1'] ? SparseMap.ReadFromData(_data!, size, offset)
                : SparseMap.ReadPax(pax, size, offset);
        LimitedStream data = _data!;
        if (pieces is not null && pieces.Sum(piece => piece.Length) != data.Left)
            throw new CorruptImageException(
                "TAR-006", $"sparse file at {offset}: its pieces have {pieces.Sum(piece => piece.Length)} bytes, the archive {data.Left}");
        bool isDevice = type is ArchiveMemberType.BlockDevice or ArchiveMemberType.CharacterDevice;
        byte[] target = pax.Bytes(PaxKey.LinkPath) ?? longLink ?? header.LinkName;
        return new ArchiveMember
        {
            Path = name,
            Type = type,
            LinkTo = isLink ? target : null,
            Target = isLink ? default : target,
            Mode = header.Mode,
            Uid = Id(PaxKey.Uid, header.Uid, pax, offset),
            Gid = Id(PaxKey.Gid, header.Gid, pax, offset),
            UserName = Encoding.Latin1.GetString(header.UserName),
            GroupName = Encoding.Latin1.GetString(header.GroupName),
            ModifiedTime = pax.Time(PaxKey.ModifiedTime, offset) ?? _global.Time(PaxKey.ModifiedTime, offset)
                ?? new Timestamp(header.Time, 0),
            DeviceMajor = isDevice ? Device(header.DeviceMajor, offset) : 0,
            DeviceMinor = isDevice ? Device(header.DeviceMinor, offset) : 0,
            Xattrs = pax.Xattrs,
            Size = realSize ?? length,
            Data = pieces,
        };
    }

    private uint Id(string key, long field, PaxHeader pax, long offset)
    {
        long id = pax.Number(key, offset) ?? _global.Number(key, offset) ?? field;
        return id is >= 0 and < uint.MaxValue ? (uint)id
            : throw new CorruptImageException("TAR-002", $"header at {offset}: {key} is {id}, 0 to {uint.MaxValue - 1} allowed");
    }

    private static uint Device(long number, long offset) =>
        number is >= 0 and <= uint.MaxValue ? (uint)number
            : throw new CorruptImageException("TAR-002", $"header at {offset}: device is {number}, 0 to {uint.MaxValue} allowed");

    private static (ArchiveMemberType Type, bool IsLink) TypeOf(byte type, long offset) => type switch
    {
        TarType.OldFile or TarType.File or TarType.ContiguousFile or TarType.OldSparse => (ArchiveMemberType.File, false),
        TarType.HardLink => (ArchiveMemberType.File, true),
        TarType.SymbolicLink => (ArchiveMemberType.SymbolicLink, false),
        TarType.CharacterDevice => (ArchiveMemberType.CharacterDevice, false),
        TarType.BlockDevice => (ArchiveMemberType.BlockDevice, false),
        TarType.Directory => (ArchiveMemberType.Directory, false),
        TarType.Fifo => (ArchiveMemberType.Fifo, false),
        _ => throw new UnsupportedFeatureException(
            $"tar member type {(type is > 32 and < 127 ? $"'{(char)type}'" : type)}", $"header at {offset}"),
    };

    private ReadOnlySpan<byte> ReadExtended(TarHeader header, long offset)
    {
        long length = CheckLength(header.Length, offset);
        if (length > MaxExtendedHeader)
            throw new CorruptImageException("TAR-005", $"extended header at {offset}: {length} bytes, at most {MaxExtendedHeader} allowed");
        byte[] bytes = new byte[(int)length];
        Begin(length);
        _data!.ReadExactly(bytes);
        Finish();
        return bytes;
    }

    private static long CheckLength(long length, long offset) =>
        length >= 0 ? length : throw new CorruptImageException("TAR-002", $"header at {offset}: size is {length}, 0 or more allowed");

    private void Begin(long length)
    {
        _data = new LimitedStream(input, length);
        _padding = (TarHeader.Size - (length % TarHeader.Size)) % TarHeader.Size;
        _position += length + _padding;
    }

    // Reads over what is left of a member.
    private void Finish()
    {
        if (_data is not { } data)
            return;
        Skip(data, data.Left);
        Skip(input, _padding);
        _data = null;
    }

    private static void Skip(Stream stream, long length)
    {
        if (length == 0)
            return;
        byte[] buffer = new byte[(int)Math.Min(length, StepSize)];
        while (length > 0)
        {
            int step = (int)Math.Min(length, buffer.Length);
            stream.ReadExactly(buffer, 0, step);
            length -= step;
        }
    }

    private void ReadBlock(byte[] block)
    {
        input.ReadExactly(block);
        _position += block.Length;
    }

    // To the end, so that what a compressor says at its end is checked.
    private void Drain()
    {
        byte[] buffer = new byte[StepSize];
        for (long total = 0; input.Read(buffer) is > 0 and int read; total += read)
        {
            if (total > MaxTrailer)
                throw new CorruptImageException(
                    "TAR-003", $"more than {MaxTrailer} bytes stand after the end of the archive at {_position}");
        }
    }
}
