using System.Globalization;
using System.Text;
using Mig.Core;

namespace Mig.Archives.Cpio;

/// <summary>
/// Writes a cpio archive in the form that Linux takes for an initramfs ("newc", kernel
/// Documentation/driver-api/early-userspace/buffer-format). It has no extended attributes, no fractions of seconds, and no file above 4
/// GiB.
/// </summary>
public sealed class CpioWriter : IArchiveWriter
{
    private const long MaxField = uint.MaxValue;
    private const int BlockSize = 512;

    private readonly Stream _output;
    private readonly ArchiveLosses _losses;
    private readonly Dictionary<string, (uint Inode, uint Names)> _linked = [];
    private uint _nextInode = 1;
    private long _written;

    /// <param name="links">For each further name of a file, its first one: each header says how many names its file has.</param>
    public CpioWriter(Stream output, IEnumerable<byte[]> links, ArchiveLosses losses)
    {
        ArgumentNullException.ThrowIfNull(links);
        (_output, _losses) = (output, losses);
        foreach (string key in links.Select(static link => Key(link)))
            _linked[key] = _linked.TryGetValue(key, out var known) ? (known.Inode, known.Names + 1) : (_nextInode++, 2);
    }

    public bool KnowsHoles => false;

    public void WriteMember(ArchiveMember member)
    {
        ReadOnlySpan<byte> target = member.Type == ArchiveMemberType.SymbolicLink ? member.Target.Span : default;
        WriteHeader(member, target.Length);
        Write(target);
        Pad(4);
    }

    public void BeginFile(ArchiveMember member)
    {
        if (member.Size > MaxField)
            throw new UnsupportedFeatureException(
                "a file above 4 GiB in cpio", $"/{Encoding.UTF8.GetString(member.Path)} has {member.Size} bytes; use --format tar");
        WriteHeader(member, member.Size);
    }

    public void WriteContent(ReadOnlySpan<byte> bytes) => Write(bytes);

    public void EndFile() => Pad(4);

    public void Complete()
    {
        WriteHeader("TRAILER!!!"u8, 0, 0, 0, 0, 1, 0, 0, 0, 0);
        Pad(BlockSize);
    }

    private void WriteHeader(ArchiveMember member, long size)
    {
        if (!_linked.TryGetValue(Key(member.LinkTo ?? member.Path), out (uint Inode, uint Names) link))
            link = (_nextInode++, 1);
        if (member.LinkTo is null)
            _losses.Xattrs += member.Xattrs.Count;
        if (member.ModifiedTime.Seconds is < 0 or > MaxField)
            _losses.Times++;
        bool isDevice = member.Type is ArchiveMemberType.CharacterDevice or ArchiveMemberType.BlockDevice;
        WriteHeader(
            member.Path,
            link.Inode,
            TypeBits(member.Type) | (uint)member.Mode,
            member.Uid,
            member.Gid,
            link.Names,
            (uint)Math.Clamp(member.ModifiedTime.Seconds, 0, MaxField),
            size,
            isDevice ? member.DeviceMajor : 0,
            isDevice ? member.DeviceMinor : 0);
    }

    private void WriteHeader(ReadOnlySpan<byte> name, uint inode, uint mode, uint uid, uint gid, uint names, uint time, long size,
        uint major, uint minor)
    {
        var header = new StringBuilder("070701", 110);
        foreach (long field in (ReadOnlySpan<long>)[inode, mode, uid, gid, names, time, size, 0, 0, major, minor, name.Length + 1, 0])
            header.Append(field.ToString("x8", CultureInfo.InvariantCulture));
        Write(Encoding.ASCII.GetBytes(header.ToString()));
        Write(name);
        Write([0]);
        Pad(4);
    }

    private static uint TypeBits(ArchiveMemberType type) => type switch
    {
        ArchiveMemberType.Directory => 0x4000,
        ArchiveMemberType.SymbolicLink => 0xA000,
        ArchiveMemberType.CharacterDevice => 0x2000,
        ArchiveMemberType.BlockDevice => 0x6000,
        ArchiveMemberType.Fifo => 0x1000,
        ArchiveMemberType.Socket => 0xC000,
        _ => 0x8000,
    };

    // Latin-1 keeps bytes apart.
    private static string Key(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(path);

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
