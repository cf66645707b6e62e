using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.Archives.Tar;

/// <summary>
/// Writes a tar archive in pax form (POSIX), with GNU tar's sparse files 1.0 and the SCHILY.xattr records that GNU tar, bsdtar and star
/// share. Names are bytes as they are; sockets cannot be said.
/// </summary>
public sealed class TarWriter(Stream output, ArchiveLosses losses) : IArchiveWriter
{
    private const int BlockSize = TarLayout.BlockSize;
    private const int RecordSize = 20 * BlockSize; // what tar reads and writes at once; archives end at a multiple of it
    private const long MaxOctalSize = (1L << 33) - 1;
    private const uint MaxOctalId = (1 << 21) - 1;

    private readonly PaxRecords _records = new();
    private readonly byte[] _block = new byte[BlockSize];
    private long _written;

    public bool KnowsHoles => true;

    public void WriteMember(ArchiveMember member)
    {
        if (member.Type == ArchiveMemberType.Socket)
            losses.Nodes++;
        else
            WriteHeaders(member, 0, null);
    }

    public void BeginFile(ArchiveMember member)
    {
        if (member.Data is not { } data)
        {
            WriteHeaders(member, member.Size, null);
            return;
        }

        // The map of a sparse file stands before its bytes, in whole blocks: the number of ranges, then offset and length of each. A last,
        // empty one says the size.
        var map = new StringBuilder();
        bool endsInHole = data.Count == 0 || data[^1].End != member.Size;
        map.Append(CultureInfo.InvariantCulture, $"{data.Count + (endsInHole ? 1 : 0)}\n");
        foreach (ByteRange range in data)
            map.Append(CultureInfo.InvariantCulture, $"{range.Offset}\n{range.Length}\n");
        if (endsInHole)
            map.Append(CultureInfo.InvariantCulture, $"{member.Size}\n0\n");
        byte[] bytes = new byte[RoundUp(map.Length)];
        Encoding.ASCII.GetBytes(map.ToString(), bytes);
        WriteHeaders(member, bytes.Length + data.Sum(range => range.Length), member.Size);
        Write(bytes);
    }

    public void WriteContent(ReadOnlySpan<byte> bytes) => Write(bytes);

    public void EndFile() => Pad(BlockSize);

    public void Complete()
    {
        Array.Clear(_block);
        Write(_block);
        Write(_block);
        Pad(RecordSize);
    }

    private void WriteHeaders(ArchiveMember member, long size, long? sparseSize)
    {
        byte type = TypeOf(member);
        byte[] name = type == TarType.Directory ? [.. member.Path, (byte)'/'] : member.Path;
        ReadOnlySpan<byte> target = member.LinkTo ?? member.Target.Span;
        _records.Clear();
        if (name.Length > TarLayout.NameLength || target.Length > TarLayout.NameLength)
        {
            if (!System.Text.Unicode.Utf8.IsValid(name) || !System.Text.Unicode.Utf8.IsValid(target))
                _records.Add(PaxKey.Charset, "BINARY");
            if (name.Length > TarLayout.NameLength && sparseSize is null)
                _records.Add(PaxKey.Path, name);
            if (target.Length > TarLayout.NameLength)
                _records.Add(PaxKey.LinkPath, target);
        }

        if (sparseSize is { } realSize)
        {
            _records.Add(PaxKey.SparseMajor, 1);
            _records.Add(PaxKey.SparseMinor, 0);
            _records.Add(PaxKey.SparseName, name);
            _records.Add(PaxKey.SparseRealSize, realSize);
            name = [.. "GNUSparseFile.0/"u8, .. name[(Array.LastIndexOf(name, (byte)'/') + 1)..]];
        }

        Timestamp time = member.ModifiedTime;
        if (time.Nanoseconds != 0 || time.Seconds is < 0 or > MaxOctalSize)
            _records.Add(PaxKey.ModifiedTime, PaxRecords.Time(time));
        if (member.Uid > MaxOctalId)
            _records.Add(PaxKey.Uid, member.Uid);
        if (member.Gid > MaxOctalId)
            _records.Add(PaxKey.Gid, member.Gid);
        if (size > MaxOctalSize)
            _records.Add(PaxKey.Size, size);
        if (member.LinkTo is null)
            AddXattrs(member);
        if (!_records.IsEmpty)
        {
            TarHeaderWriter.Write(_block, "PaxHeader"u8, TarType.Extended, 0x1A4, 0, 0, _records.Written.Length, default, default, 0, 0);
            Write(_block);
            Write(_records.Written);
            Pad(BlockSize);
        }

        TarHeaderWriter.Write(_block, name, type, member.Mode, member.Uid, member.Gid, size, time, target, member.DeviceMajor,
            member.DeviceMinor);
        Write(_block);
    }

    private void AddXattrs(ArchiveMember member)
    {
        foreach (ArchiveXattr xattr in member.Xattrs)
        {
            // A name with '=' or NUL in it would be taken for another one.
            if (xattr.Name.Span.ContainsAny((byte)'=', (byte)0))
                losses.Xattrs++;
            else
                _records.Add([.. Encoding.ASCII.GetBytes(PaxKey.XattrPrefix), .. xattr.Name.Span], xattr.Value.Span);
        }
    }

    private static byte TypeOf(ArchiveMember member) => member.LinkTo is not null ? TarType.HardLink : member.Type switch
    {
        ArchiveMemberType.Directory => TarType.Directory,
        ArchiveMemberType.SymbolicLink => TarType.SymbolicLink,
        ArchiveMemberType.CharacterDevice => TarType.CharacterDevice,
        ArchiveMemberType.BlockDevice => TarType.BlockDevice,
        ArchiveMemberType.Fifo => TarType.Fifo,
        _ => TarType.File,
    };

    private static long RoundUp(long length) => (length + BlockSize - 1) / BlockSize * BlockSize;

    private void Pad(int unit)
    {
        Array.Clear(_block);
        while (_written % unit != 0)
            Write(_block.AsSpan(0, (int)Math.Min(BlockSize, unit - (_written % unit))));
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _written += bytes.Length;
    }
}
