using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Images.Extract.Archives;

/// <summary>
/// Writes a tar archive in pax form (POSIX), with GNU tar's sparse files 1.0 and the SCHILY.xattr records that GNU tar, bsdtar and star share.
/// Names are bytes as they are; sockets cannot be said.
/// </summary>
internal sealed class TarWriter(Stream output, LeftOutCounter leftOut) : IArchiveWriter
{
    private const int BlockSize = 512;
    private const int RecordSize = 20 * BlockSize; // what tar reads and writes at once; archives end at a multiple of it
    private const long MaxOctalSize = (1L << 33) - 1;
    private const uint MaxOctalId = (1 << 21) - 1;

    private readonly PaxRecords _records = new();
    private readonly byte[] _block = new byte[BlockSize];
    private long _written;

    public bool KnowsHoles => true;

    public void WriteEntry(PlannedEntry entry, byte[] path)
    {
        if (entry.Entry.Type == TreeEntryType.Socket)
            leftOut.Node();
        else
            WriteHeaders(entry, path, 0, null);
    }

    public void BeginFile(PlannedEntry entry, byte[] path, IReadOnlyList<ByteRange>? data)
    {
        if (data is null)
        {
            WriteHeaders(entry, path, entry.Entry.Size, null);
            return;
        }

        // The map of a sparse file stands before its bytes, in whole blocks: the number of ranges, then offset and length of each. A last, empty one says the size.
        var map = new StringBuilder();
        bool endsInHole = data.Count == 0 || data[^1].End != entry.Entry.Size;
        map.Append(CultureInfo.InvariantCulture, $"{data.Count + (endsInHole ? 1 : 0)}\n");
        foreach (ByteRange range in data)
            map.Append(CultureInfo.InvariantCulture, $"{range.Offset}\n{range.Length}\n");
        if (endsInHole)
            map.Append(CultureInfo.InvariantCulture, $"{entry.Entry.Size}\n0\n");
        byte[] bytes = new byte[RoundUp(map.Length)];
        Encoding.ASCII.GetBytes(map.ToString(), bytes);
        WriteHeaders(entry, path, bytes.Length + data.Sum(range => range.Length), entry.Entry.Size);
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

    private void WriteHeaders(PlannedEntry planned, byte[] path, long size, long? sparseSize)
    {
        TreeEntry entry = planned.Entry;
        byte type = TypeOf(planned);
        byte[] name = entry.Type == TreeEntryType.Directory && planned.LinkTo is null ? [.. path, (byte)'/'] : path;
        ReadOnlySpan<byte> target = planned.LinkTo ?? entry.LinkTarget.Span;
        _records.Clear();
        if (name.Length > UstarHeader.NameLength || target.Length > UstarHeader.NameLength)
        {
            if (!System.Text.Unicode.Utf8.IsValid(name) || !System.Text.Unicode.Utf8.IsValid(target))
                _records.Add("hdrcharset", "BINARY");
            if (name.Length > UstarHeader.NameLength && sparseSize is null)
                _records.Add("path", name);
            if (target.Length > UstarHeader.NameLength)
                _records.Add("linkpath", target);
        }

        if (sparseSize is { } realSize)
        {
            _records.Add("GNU.sparse.major", 1);
            _records.Add("GNU.sparse.minor", 0);
            _records.Add("GNU.sparse.name", name);
            _records.Add("GNU.sparse.realsize", realSize);
            name = [.. "GNUSparseFile.0/"u8, .. name[(Array.LastIndexOf(name, (byte)'/') + 1)..]];
        }

        Timestamp time = entry.ModifiedTime;
        if (time.Nanoseconds != 0 || time.Seconds is < 0 or > MaxOctalSize)
            _records.Add("mtime", PaxRecords.Time(time));
        if (entry.Uid > MaxOctalId)
            _records.Add("uid", entry.Uid);
        if (entry.Gid > MaxOctalId)
            _records.Add("gid", entry.Gid);
        if (size > MaxOctalSize)
            _records.Add("size", size);
        if (planned.LinkTo is null)
            AddXattrs(entry);
        if (!_records.IsEmpty)
        {
            UstarHeader.Write(_block, "PaxHeader"u8, (byte)'x', 0x1A4, 0, 0, _records.Written.Length, default, default, 0, 0);
            Write(_block);
            Write(_records.Written);
            Pad(BlockSize);
        }

        UstarHeader.Write(_block, name, type, entry.Mode, entry.Uid, entry.Gid, size, time, target, entry.DeviceMajor, entry.DeviceMinor);
        Write(_block);
    }

    private void AddXattrs(TreeEntry entry)
    {
        foreach (TreeXattr xattr in entry.Xattrs)
        {
            // A name with '=' or NUL in it would be taken for another one.
            if (xattr.Name.Span.ContainsAny((byte)'=', (byte)0))
                leftOut.Xattrs();
            else
                _records.Add([.. "SCHILY.xattr."u8, .. xattr.Name.Span], xattr.Value.Span);
        }
    }

    private static byte TypeOf(PlannedEntry planned) => planned.LinkTo is not null ? (byte)'1' : planned.Entry.Type switch
    {
        TreeEntryType.Directory => (byte)'5',
        TreeEntryType.SymbolicLink => (byte)'2',
        TreeEntryType.CharacterDevice => (byte)'3',
        TreeEntryType.BlockDevice => (byte)'4',
        TreeEntryType.Fifo => (byte)'6',
        _ => (byte)'0',
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
