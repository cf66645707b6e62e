using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Trees;

namespace Mig.Images.Extract.Archives;

/// <summary>
/// Writes a cpio archive in the form that Linux takes for an initramfs ("newc", kernel Documentation/driver-api/early-userspace/buffer-format). It has no
/// extended attributes, no fractions of seconds, and no file above 4 GiB.
/// </summary>
internal sealed class CpioWriter : IArchiveWriter
{
    private const long MaxField = uint.MaxValue;
    private const int BlockSize = 512;

    private readonly Stream _output;
    private readonly LeftOutCounter _leftOut;
    private readonly Dictionary<string, (uint Inode, uint Names)> _linked = [];
    private uint _nextInode = 1;
    private long _written;

    /// <param name="entries">All that will be written: each header says how many names its file has.</param>
    public CpioWriter(Stream output, IEnumerable<PlannedEntry> entries, LeftOutCounter leftOut)
    {
        (_output, _leftOut) = (output, leftOut);
        foreach (PlannedEntry link in entries.Where(entry => entry.LinkTo is not null))
        {
            string key = PlannedEntry.Key(link.LinkTo);
            _linked[key] = _linked.TryGetValue(key, out var known) ? (known.Inode, known.Names + 1) : (_nextInode++, 2);
        }
    }

    public bool KnowsHoles => false;

    public void WriteEntry(PlannedEntry entry, byte[] path)
    {
        ReadOnlySpan<byte> target = entry.Entry.Type == TreeEntryType.SymbolicLink ? entry.Entry.LinkTarget.Span : default;
        WriteHeader(entry, path, target.Length);
        Write(target);
        Pad(4);
    }

    public void BeginFile(PlannedEntry entry, byte[] path, IReadOnlyList<ByteRange>? data)
    {
        if (entry.Entry.Size > MaxField)
            throw new UnsupportedFeatureException("a file above 4 GiB in cpio", $"/{Encoding.UTF8.GetString(path)} has {entry.Entry.Size} bytes; use --format tar");
        WriteHeader(entry, path, entry.Entry.Size);
    }

    public void WriteContent(ReadOnlySpan<byte> bytes) => Write(bytes);

    public void EndFile() => Pad(4);

    public void Complete()
    {
        WriteHeader("TRAILER!!!"u8, 0, 0, 0, 0, 1, 0, 0, 0, 0);
        Pad(BlockSize);
    }

    private void WriteHeader(PlannedEntry planned, byte[] path, long size)
    {
        TreeEntry entry = planned.Entry;
        if (!_linked.TryGetValue(PlannedEntry.Key(planned.LinkTo ?? path), out (uint Inode, uint Names) link))
            link = (_nextInode++, 1);
        if (planned.LinkTo is null)
            _leftOut.Xattrs(entry.Xattrs.Count);
        if (entry.ModifiedTime.Seconds is < 0 or > MaxField)
            _leftOut.Time();
        bool isDevice = entry.Type is TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice;
        WriteHeader(
            path,
            link.Inode,
            TypeBits(entry.Type) | (uint)entry.Mode,
            entry.Uid,
            entry.Gid,
            link.Names,
            (uint)Math.Clamp(entry.ModifiedTime.Seconds, 0, MaxField),
            size,
            isDevice ? entry.DeviceMajor : 0,
            isDevice ? entry.DeviceMinor : 0);
    }

    private void WriteHeader(ReadOnlySpan<byte> name, uint inode, uint mode, uint uid, uint gid, uint names, uint time, long size, uint major, uint minor)
    {
        var header = new StringBuilder("070701", 110);
        foreach (long field in (ReadOnlySpan<long>)[inode, mode, uid, gid, names, time, size, 0, 0, major, minor, name.Length + 1, 0])
            header.Append(field.ToString("x8", CultureInfo.InvariantCulture));
        Write(Encoding.ASCII.GetBytes(header.ToString()));
        Write(name);
        Write([0]);
        Pad(4);
    }

    private static uint TypeBits(TreeEntryType type) => type switch
    {
        TreeEntryType.Directory => 0x4000,
        TreeEntryType.SymbolicLink => 0xA000,
        TreeEntryType.CharacterDevice => 0x2000,
        TreeEntryType.BlockDevice => 0x6000,
        TreeEntryType.Fifo => 0x1000,
        TreeEntryType.Socket => 0xC000,
        _ => 0x8000,
    };

    private void Pad(int unit)
    {
        Span<byte> zeros = stackalloc byte[BlockSize];
        zeros.Clear();
        Write(zeros[..(int)((unit - (_written % unit)) % unit)]);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _written += bytes.Length;
    }
}
