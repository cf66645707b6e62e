using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>Random operations on ext2, ext3 and ext4, judged by e2fsck and the kernel.</summary>
internal sealed class ExtWriterRun : WriterRun
{
    private readonly ExtModel _model;
    private readonly bool _canMount;

    /// <param name="canMount">Whether the kernel is asked, too.</param>
    public ExtWriterRun(string image, int seed, bool canMount)
        : base(image, seed)
    {
        _canMount = canMount;
        using IFileSystem view = Writer.Read();
        _model = ExtModel.Load(view, hasNanoseconds: !Tool.Read("dumpe2fs", "-h", image)
            .Contains("Inode size:\t          128", StringComparison.Ordinal));
    }

    protected override IWriterModel Model => _model;

    protected override RefusalReason[] Unforeseen { get; } =
        [RefusalReason.NoSpace, RefusalReason.NoInodes, RefusalReason.NoAttributeSpace];

    protected override uint AttributeMask => ExtImages.VisibleAttributes;

    protected override int LengthBits => 17;

    protected override int OwnWeight => 8;

    protected override string? FindComplaint() => ExtImages.FindComplaint(Image);

    protected override string? FindForeignDifference()
    {
        if (!_canMount)
            return null;
        using var mount = new LoopMount(Image, "ro");
        return TreeComparison.FindDifference(
            _model.ToEntries(), WithoutLostAndFound(HostTree.Read(mount.Path, ExtImages.VisibleAttributes)));
    }

    protected override byte[] Bytes(string path) => Encoding.Latin1.GetBytes(path);

    protected override NodeMetadata MakeMetadata(NodeType type) =>
        new(type switch { NodeType.Directory => 0x1ED, NodeType.SymbolicLink => 0x1FF, _ => 0x1A4 }, 1000, 70_000);

    protected override string MakeName()
    {
        int length = Random.Next(4) == 0 ? Random.Next(1, 240) : Random.Next(1, 20);
        return $"{new string((char)Random.Next('a', 0xFF), length)}{Random.Next(100_000)}";
    }

    protected override (string Name, Func<bool> Model, Action Writer) ChooseOwn(int kind, string old, string path, Timestamp now)
    {
        switch (kind)
        {
            case 0:
                byte[] target = Bytes(new string('t', Random.Next(1, 1 << Random.Next(1, 10))));
                return MakeNode($"link of {target.Length} bytes", path, NodeType.SymbolicLink, now, metadata =>
                    Writer.CreateSymbolicLink(Bytes(path), target, metadata), target);
            case 1:
                return ($"link {old} as {path}", () => _model.Link(old, path, now), () => Writer.CreateHardLink(Bytes(old), Bytes(path)));
            case 2:
                NodeType type = (NodeType)Random.Next((int)NodeType.CharacterDevice, (int)NodeType.Socket + 1);
                (uint major, uint minor) = type is NodeType.CharacterDevice or NodeType.BlockDevice
                    ? ((uint)Random.Next(4096), (uint)Random.Next(1 << Random.Next(20))) : (0, 0);
                return MakeNode($"{type}", path, type, now, metadata =>
                    Writer.CreateSpecial(Bytes(path), type, major, minor, metadata), [], major, minor);
            case 3:
                return ChooseMetadata(old, now);
            case 4 or 5 or 6:
                return ChooseXattr(old, now);
            default:
                return ChooseAttributes(old, now);
        }
    }

    private (string Name, Func<bool> Model, Action Writer) MakeNode(
        string what, string path, NodeType type, Timestamp now, Action<NodeMetadata> create, byte[] target, uint major = 0, uint minor = 0)
    {
        NodeMetadata metadata = MakeMetadata(type);
        return ($"make {what} {path}", () => _model.Add(
            path, ExtModel.MakeNode(type, metadata, now, target: target, major: major, minor: minor), now), () => create(metadata));
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseMetadata(string old, Timestamp now)
    {
        switch (Random.Next(3))
        {
            case 0:
                int mode = Random.Next(0x1000);
                return ($"chmod {Convert.ToString(mode, 8)} {old}", () =>
                    _model.Change(old, node => ExtModel.SetMode(node, mode), now), () => Writer.SetMode(Bytes(old), mode));
            case 1:
                (uint uid, uint gid) = ((uint)Random.Next(), (uint)Random.Next(70_000));
                return ($"chown {old}", () =>
                    _model.Change(old, node => (node.Uid, node.Gid) is var _ && ((node.Uid, node.Gid) = (uid, gid)) is var _, now), () =>
                    Writer.SetOwner(Bytes(old), uid, gid));
            default:
                var time = new Timestamp(Random.NextInt64(-1 << 31, int.MaxValue), Random.Next(1_000_000_000));
                return ($"touch {old}", () => _model.Change(old, node => (node.Modified = time) == time, now), () =>
                    Writer.SetTimes(Bytes(old), time));
        }
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseXattr(string old, Timestamp now)
    {
        if (Random.Next(8) == 0)
        {
            bool isDefault = Random.Next(2) == 0;
            string aclName = isDefault ? "system.posix_acl_default" : "system.posix_acl_access";
            byte[] acl = MakeAcl();
            return ($"set {aclName} of {old}", () => _model.Change(old, node => ExtModel.SetXattr(node, aclName, acl), now), () =>
                Writer.SetExtendedAttribute(Bytes(old), Bytes(aclName), acl));
        }

        string name = (Random.Next(3) switch { 0 => "user.", 1 => "trusted.", _ => "security." })
            + new string('a', 1 + Random.Next(1 << Random.Next(6))) + Random.Next(3).ToString(CultureInfo.InvariantCulture);
        if (Random.Next(3) == 0)
        {
            name = _model.Find(old)?.Xattrs.Keys.FirstOrDefault(static key => !key.StartsWith("system.", StringComparison.Ordinal)) ?? name;
            return ($"remove {name} of {old}", () => _model.Change(old, node => node.Xattrs.Remove(name), now), () =>
                Writer.RemoveExtendedAttribute(Bytes(old), Bytes(name)));
        }

        byte[] value = new byte[Random.Next(1 << Random.Next(1, Random.Next(4) == 0 ? 14 : 9))];
        Random.NextBytes(value);
        return ($"set {name} of {old} to {value.Length} bytes", () => _model.Change(old, node => ExtModel.SetXattr(node, name, value), now),
            () => Writer.SetExtendedAttribute(Bytes(old), Bytes(name), value));
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseAttributes(string old, Timestamp now)
    {
        // Immutable nodes stay few: every second choice takes the attributes away again.
        uint attributes = Random.Next(6) switch { 0 => 0x10, 1 => 0x20, 2 => 0xC0, _ => 0u };
        old = Random.Next(2) == 0 ? old : _model.GetAll().Skip(1).Select(static pair => pair)
            .Where(static pair => (pair.Node.Attributes & 0x30) != 0).Select(static pair => pair.Path).FirstOrDefault() ?? old;
        return (
            $"set attributes of {old} to {attributes:x}",
            () =>
            {
                if (_model.Find(old) is not { Type: NodeType.File or NodeType.Directory } node
                    || ((node.Attributes ^ attributes) & ~0xF0u) != 0)
                    return false;
                node.Attributes = attributes;
                node.Changed = now;
                return true;
            },
            () => Writer.SetAttributes(Bytes(old), attributes));
    }

    private byte[] MakeAcl() =>
    [
        2, 0, 0, 0,
        1, 0, (byte)Random.Next(8), 0, 255, 255, 255, 255,
        2, 0, (byte)Random.Next(8), 0, (byte)Random.Next(256), 1, 0, 0,
        4, 0, (byte)Random.Next(8), 0, 255, 255, 255, 255,
        0x10, 0, (byte)Random.Next(8), 0, 255, 255, 255, 255,
        0x20, 0, (byte)Random.Next(8), 0, 255, 255, 255, 255,
    ];
}
