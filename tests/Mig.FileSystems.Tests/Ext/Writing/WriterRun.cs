using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Ext;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>
/// Random operations on an image through the writer and on a model at once. After each, <c>e2fsck -fn</c> must find nothing and the reader must find what the model has; whoever calls
/// asks the kernel at the end.
/// </summary>
internal sealed class WriterRun : IDisposable
{
    private const int StepsPerComparison = 4;

    private static readonly RefusalReason[] Unforeseen = [RefusalReason.NoSpace, RefusalReason.NoInodes, RefusalReason.NoAttributeSpace];

    private readonly string _image;
    private readonly Random _random;
    private readonly ModelTree _model;
    private readonly FileTarget _target;
    private readonly TestClock _clock = new();
    private readonly IFileSystemWriter _writer;
    private readonly int _blockSize;
    private string _last = "";

    /// <param name="image">An image that others made, and may have filled.</param>
    public WriterRun(string image, int seed)
    {
        _image = image;
        _random = new Random(seed);
        _target = FileTarget.Open(image);
        using (IFileSystem fileSystem = FileSystemFormats.Open(_target, Limits.Default)!)
        {
            _blockSize = fileSystem.Info.BlockSize;
            _model = ModelTree.Load(fileSystem, hasNanoseconds: !Tool.Run("dumpe2fs", "-h", image).Contains("Inode size:\t          128", StringComparison.Ordinal));
        }

        _writer = FileSystemFormats.OpenWriter(_target, Limits.Default, _clock)!;
    }

    /// <summary>How many operations were done, and how many refused.</summary>
    public (int Done, int Refused) Counts { get; private set; }

    /// <summary>The image as the model has it.</summary>
    public IReadOnlyList<TreeEntry> Expected => _model.ToEntries();

    /// <summary>Does one operation on both, and judges.</summary>
    public void Step()
    {
        _clock.Tick();
        RefusedOperationException? refusal = null;
        bool isAllowed = false;
        (string name, Func<bool> model, Action writer) = Choose();
        _last = name;
        try
        {
            writer();
        }
        catch (RefusedOperationException e)
        {
            refusal = e;
        }
        catch (NotFoundException e)
        {
            refusal = new RefusedOperationException(RefusalReason.NotADirectory, e.Message);
        }

        if (refusal is null || !Unforeseen.Contains(refusal.Reason))
        {
            isAllowed = model();
            Assert.True(isAllowed == refusal is null, $"{name}: the model says {isAllowed}, the writer {refusal?.Message ?? "did it"}");
        }

        Counts = refusal is null ? (Counts.Done + 1, Counts.Refused) : (Counts.Done, Counts.Refused + 1);
        _writer.Commit();
        Judge();
        if ((Counts.Done + Counts.Refused) % StepsPerComparison == 0)
            Compare();
    }

    /// <summary>Asks e2fsck.</summary>
    public void Judge()
    {
        (int code, string output) = Mig.Testing.Tool.Try("e2fsck", "-fn", _image);
        Assert.True(code == 0 && !output.Contains("Fix? no", StringComparison.Ordinal) && !output.Contains("? no", StringComparison.Ordinal), $"after {_last}: {output}");
    }

    /// <summary>Compares what the reader finds with the model.</summary>
    public void Compare()
    {
        IReadOnlyList<TreeEntry> actual = [.. VolumeTree.Read(_image, ExtImages.VisibleAttributes).Where(static entry => entry.Path != "/lost+found")];
        string? difference = TreeComparison.FindDifference(Expected, actual);
        Assert.True(difference is null, $"after {_last}: {difference}");
    }

    public void Dispose()
    {
        _writer.Dispose();
        _target.Dispose();
    }

    private static byte[] Bytes(string path) => Encoding.Latin1.GetBytes(path);

    private (string Name, Func<bool> Model, Action Writer) Choose()
    {
        Timestamp now = Now;
        string path = NewPath();
        string old = OldPath();
        switch (_random.Next(24))
        {
            case 0 or 1 or 2 or 3 or 4:
                byte[] content = MakeContent();
                return ($"create {path} with {content.Length} bytes", () => _model.Add(path, Make(NodeType.File, content: content), now), () => Create(path, content));
            case 5:
                content = MakeContent();
                return ($"replace {old} with {content.Length} bytes", () => _model.SetContent(old, _ => content, false, now), () => _writer.ReplaceContent(Bytes(old), new MemorySource(content)));
            case 6 or 7:
                content = MakeContent();
                return ($"append {content.Length} bytes to {old}", () => _model.SetContent(old, before => [.. before, .. content], true, now), () => Append(old, content));
            case 8:
                int length = _random.Next(2) == 0 ? _random.Next(300_000) : (_model.Find(old)?.Content.Length ?? 0) / 2;
                return ($"set length of {old} to {length}", () => _model.SetContent(old, before => [.. before.AsSpan(0, Math.Min(length, before.Length)), .. new byte[Math.Max(0, length - before.Length)]], false, now), () => _writer.SetLength(Bytes(old), length));
            case 9 or 10:
                return ($"make directory {path}", () => _model.Add(path, Make(NodeType.Directory), now), () => _writer.CreateDirectory(Bytes(path), Metadata(0x1ED)));
            case 11:
                byte[] target = Bytes(new string('t', _random.Next(1, 1 << _random.Next(1, 10))));
                return ($"make link {path} of {target.Length} bytes", () => _model.Add(path, Make(NodeType.SymbolicLink, 0x1FF, target: target), now), () => _writer.CreateSymbolicLink(Bytes(path), target, Metadata(0x1FF)));
            case 12:
                return ($"link {old} as {path}", () => _model.Link(old, path, now), () => _writer.CreateHardLink(Bytes(old), Bytes(path)));
            case 13:
                NodeType type = (NodeType)_random.Next((int)NodeType.CharacterDevice, (int)NodeType.Socket + 1);
                (uint major, uint minor) = type is NodeType.CharacterDevice or NodeType.BlockDevice ? ((uint)_random.Next(4096), (uint)_random.Next(1 << _random.Next(20))) : (0, 0);
                return ($"make {type} {path}", () => _model.Add(path, Make(type, major: major, minor: minor), now), () => _writer.CreateSpecial(Bytes(path), type, major, minor, Metadata(0x1A4)));
            case 14 or 15:
                return ($"remove {old}", () => _model.Remove(old, false, now), () => _writer.Remove(Bytes(old)));
            case 16:
                return ($"remove directory {old}", () => _model.Remove(old, true, now), () => _writer.RemoveDirectory(Bytes(old)));
            case 17 or 18:
                string to = _random.Next(3) == 0 ? OldPath() : path;
                return ($"rename {old} to {to}", () => _model.Rename(old, to, now), () => _writer.Rename(Bytes(old), Bytes(to)));
            case 19:
                return ChooseMetadata(old, now);
            case 20 or 21 or 22:
                return ChooseXattr(old, now);
            default:
                return ChooseAttributes(old, now);
        }
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseMetadata(string old, Timestamp now)
    {
        switch (_random.Next(3))
        {
            case 0:
                int mode = _random.Next(0x1000);
                return ($"chmod {Convert.ToString(mode, 8)} {old}", () => _model.Change(old, node => ModelTree.SetMode(node, mode), now), () => _writer.SetMode(Bytes(old), mode));
            case 1:
                (uint uid, uint gid) = ((uint)_random.Next(), (uint)_random.Next(70_000));
                return ($"chown {old}", () => _model.Change(old, node => (node.Uid, node.Gid) is var _ && ((node.Uid, node.Gid) = (uid, gid)) is var _, now), () => _writer.SetOwner(Bytes(old), uid, gid));
            default:
                var time = new Timestamp(_random.NextInt64(-1 << 31, int.MaxValue), _random.Next(1_000_000_000));
                return ($"touch {old}", () => _model.Change(old, node => (node.Modified = time) == time, now), () => _writer.SetTimes(Bytes(old), time));
        }
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseXattr(string old, Timestamp now)
    {
        if (_random.Next(8) == 0)
        {
            bool isDefault = _random.Next(2) == 0;
            string aclName = isDefault ? "system.posix_acl_default" : "system.posix_acl_access";
            byte[] acl = MakeAcl();
            return ($"set {aclName} of {old}", () => _model.Change(old, node => ModelTree.SetXattr(node, aclName, acl), now), () => _writer.SetExtendedAttribute(Bytes(old), Bytes(aclName), acl));
        }

        string name = (_random.Next(3) switch { 0 => "user.", 1 => "trusted.", _ => "security." }) + new string('a', 1 + _random.Next(1 << _random.Next(6))) + _random.Next(3).ToString(CultureInfo.InvariantCulture);
        if (_random.Next(3) == 0)
        {
            name = _model.Find(old)?.Xattrs.Keys.FirstOrDefault(static key => !key.StartsWith("system.", StringComparison.Ordinal)) ?? name;
            return ($"remove {name} of {old}", () => _model.Change(old, node => node.Xattrs.Remove(name), now), () => _writer.RemoveExtendedAttribute(Bytes(old), Bytes(name)));
        }

        byte[] value = new byte[_random.Next(1 << _random.Next(1, _random.Next(4) == 0 ? 14 : 9))];
        _random.NextBytes(value);
        return ($"set {name} of {old} to {value.Length} bytes", () => _model.Change(old, node => ModelTree.SetXattr(node, name, value), now), () => _writer.SetExtendedAttribute(Bytes(old), Bytes(name), value));
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseAttributes(string old, Timestamp now)
    {
        // Immutable nodes stay few: every second choice takes the attributes away again.
        uint attributes = _random.Next(6) switch { 0 => 0x10, 1 => 0x20, 2 => 0xC0, _ => 0u };
        old = _random.Next(2) == 0 ? old : _model.GetAll().Skip(1).Select(static pair => pair).Where(static pair => (pair.Node.Attributes & 0x30) != 0).Select(static pair => pair.Path).FirstOrDefault() ?? old;
        return (
            $"set attributes of {old} to {attributes:x}",
            () =>
            {
                if (_model.Find(old) is not { Type: NodeType.File or NodeType.Directory } node || ((node.Attributes ^ attributes) & ~0xF0u) != 0)
                    return false;
                node.Attributes = attributes;
                node.Changed = now;
                return true;
            },
            () => _writer.SetAttributes(Bytes(old), attributes));
    }

    private Timestamp Now
    {
        get
        {
            TimeSpan time = _clock.GetUtcNow() - DateTimeOffset.UnixEpoch;
            return new Timestamp(time.Ticks / TimeSpan.TicksPerSecond, (int)(time.Ticks % TimeSpan.TicksPerSecond) * 100);
        }
    }

    private ModelNode Make(NodeType type, int mode = -1, byte[]? content = null, byte[]? target = null, uint major = 0, uint minor = 0) => new()
    {
        Type = type,
        Mode = mode >= 0 ? mode : type == NodeType.Directory ? 0x1ED : 0x1A4,
        Uid = 1000,
        Gid = 70_000,
        Modified = Now,
        Changed = Now,
        Content = content ?? [],
        Target = target ?? [],
        Major = major,
        Minor = minor,
    };

    private static NodeMetadata Metadata(int mode) => new(mode, 1000, 70_000);

    private void Create(string path, byte[] content)
    {
        if (_random.Next(2) == 0)
            _writer.CreateFile(Bytes(path), Metadata(0x1A4), new MemoryStream(content), content.Length);
        else
            _writer.CreateFile(Bytes(path), Metadata(0x1A4), new HoleySource(content, _blockSize));
    }

    private void Append(string path, byte[] content)
    {
        if (_random.Next(2) == 0)
            _writer.Append(Bytes(path), new MemoryStream(content), content.Length);
        else
            _writer.Append(Bytes(path), new HoleySource(content, 512));
    }

    private byte[] MakeContent()
    {
        byte[] content = new byte[_random.Next(1 << _random.Next(1, _random.Next(8) == 0 ? 21 : 17))];
        _random.NextBytes(content);
        for (int i = _random.Next(6); i > 1 && content.Length > 0; i--)
        {
            int start = _random.Next(content.Length);
            content.AsSpan(start, _random.Next(content.Length - start)).Clear();
        }

        return content;
    }

    private byte[] MakeAcl() =>
    [
        2, 0, 0, 0,
        1, 0, (byte)_random.Next(8), 0, 255, 255, 255, 255,
        2, 0, (byte)_random.Next(8), 0, (byte)_random.Next(256), 1, 0, 0,
        4, 0, (byte)_random.Next(8), 0, 255, 255, 255, 255,
        0x10, 0, (byte)_random.Next(8), 0, 255, 255, 255, 255,
        0x20, 0, (byte)_random.Next(8), 0, 255, 255, 255, 255,
    ];

    private string NewPath()
    {
        string[] folders = [.. _model.GetAll().Where(static pair => pair.Node.IsDirectory && pair.Path.Length < 600).Select(static pair => pair.Path)];
        // A third of all names go to one directory, so that it gets an index.
        string folder = _random.Next(3) == 0 ? folders[Math.Min(1, folders.Length - 1)] : folders[_random.Next(folders.Length)];
        int length = _random.Next(4) == 0 ? _random.Next(1, 240) : _random.Next(1, 20);
        return $"{folder}/{new string((char)_random.Next('a', 0xFF), length)}{_random.Next(100_000)}";
    }

    private string OldPath()
    {
        string[] paths = [.. _model.GetAll().Skip(1).Where(static pair => pair.Path != "/lost+found").Select(static pair => pair.Path)];
        return paths.Length == 0 || _random.Next(50) == 0 ? "/missing" : paths[_random.Next(paths.Length)];
    }
}
