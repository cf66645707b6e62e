using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>
/// Random operations on an image through the writer and on a model at once. After each, <c>fsck.fat -n</c> must find nothing and the reader must find what the model has; whoever
/// calls asks mtools at the end.
/// </summary>
internal sealed class FatWriterRun : IDisposable
{
    private const int StepsPerComparison = 4;

    private static readonly RefusalReason[] Unforeseen = [RefusalReason.NoSpace, RefusalReason.DirectoryFull];

    private readonly string _image;
    private readonly Random _random;
    private readonly FatModel _model = new();
    private readonly FileTarget _target;
    private readonly TestClock _clock = new();
    private readonly IFileSystemWriter _writer;
    private string _last = "";

    /// <param name="image">An empty volume.</param>
    public FatWriterRun(string image, int seed)
    {
        _image = image;
        _random = new Random(seed);
        _target = FileTarget.Open(image);
        _writer = FileSystemFormats.OpenWriter(_target, Limits.Default, _clock)!;
    }

    /// <summary>How many operations were done, and how many refused.</summary>
    public (int Done, int Refused) Counts { get; private set; }

    /// <summary>All files by path with their content, as the model has them.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _model.GetAll().Where(static pair => !pair.Node.IsDirectory).ToDictionary(static pair => pair.Path, static pair => pair.Node.Content);

    /// <summary>Does one operation on both, and judges.</summary>
    public void Step()
    {
        _clock.Tick();
        RefusedOperationException? refusal = null;
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
            bool isAllowed = model();
            Assert.True(isAllowed == refusal is null, $"{name}: the model says {isAllowed}, the writer {refusal?.Message ?? "did it"}");
        }

        Counts = refusal is null ? (Counts.Done + 1, Counts.Refused) : (Counts.Done, Counts.Refused + 1);
        _writer.Commit();
        string? complaint = FatImages.FindComplaint(_image);
        Assert.True(complaint is null, $"after {_last}: {complaint}");
        if ((Counts.Done + Counts.Refused) % StepsPerComparison == 0)
            Compare();
    }

    /// <summary>Compares what the reader finds, on the image and through the writer, with the model.</summary>
    public void Compare()
    {
        string? difference = TreeComparison.FindDifference(_model.ToEntries(), VolumeTree.Read(_image, 0));
        Assert.True(difference is null, $"after {_last}: {difference}");
        using IFileSystem view = _writer.Read();
        difference = TreeComparison.FindDifference(_model.ToEntries(), VolumeTree.Read(view, _target, 0));
        Assert.True(difference is null, $"after {_last}, in the writer's view: {difference}");
    }

    public void Dispose()
    {
        _writer.Dispose();
        _target.Dispose();
    }

    private Timestamp Now => new(_clock.GetUtcNow().ToUnixTimeSeconds(), 0);

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path);

    private (string Name, Func<bool> Model, Action Writer) Choose()
    {
        Timestamp now = Now;
        string path = NewPath();
        string old = OldPath();
        switch (_random.Next(20))
        {
            case 0 or 1 or 2 or 3 or 4:
                byte[] content = MakeContent();
                bool isReadOnly = _random.Next(8) == 0;
                return ($"create {path} with {content.Length} bytes", () => _model.Add(path, Make(path, content, (byte)(isReadOnly ? 0x21 : 0x20)), now), () => Create(path, content, isReadOnly ? 0x16D : 0x1ED));
            case 5:
                content = MakeContent();
                return ($"replace {old} with {content.Length} bytes", () => _model.SetContent(old, _ => content, now), () => _writer.ReplaceContent(Bytes(old), new HoleySource(content, 512)));
            case 6 or 7:
                content = MakeContent();
                return ($"append {content.Length} bytes to {old}", () => _model.SetContent(old, before => [.. before, .. content], now), () => Append(old, content));
            case 8:
                int length = _random.Next(2) == 0 ? _random.Next(100_000) : (_model.Find(old)?.Content.Length ?? 0) / 2;
                return ($"set length of {old} to {length}", () => _model.SetContent(old, before => [.. before.AsSpan(0, Math.Min(length, before.Length)), .. new byte[Math.Max(0, length - before.Length)]], now), () => _writer.SetLength(Bytes(old), length));
            case 9 or 10:
                return ($"make directory {path}", () => _model.Add(path, new FatModelNode { IsDirectory = true, Name = NameOf(path), Modified = FatModel.Cut(now) }, now), () => _writer.CreateDirectory(Bytes(path), new NodeMetadata(0x1ED)));
            case 11 or 12:
                return ($"remove {old}", () => _model.Remove(old, false, now), () => _writer.Remove(Bytes(old)));
            case 13:
                return ($"remove directory {old}", () => _model.Remove(old, true, now), () => _writer.RemoveDirectory(Bytes(old)));
            case 14 or 15:
                string target = _random.Next(4) switch { 0 => OldPath(), 1 => SwapCase(old), _ => path };
                return ($"rename {old} to {target}", () => _model.Rename(old, target, now), () => _writer.Rename(Bytes(old), Bytes(target)));
            case 16:
                int mode = _random.Next(2) == 0 ? 0x1ED : 0x16D;
                return ($"set mode of {old} to {mode:x}", () => _model.Change(old, node => SetMode(node, mode)), () => _writer.SetMode(Bytes(old), mode));
            case 17:
                var time = new Timestamp(_random.NextInt64(315_532_800, 4_354_819_199), _random.Next(1_000_000_000));
                return ($"set time of {old} to {time}", () => _model.Change(old, node => SetTime(node, time)), () => _writer.SetTimes(Bytes(old), time, time));
            case 18:
                return ChooseAttributes(old);
            default:
                string below = $"{old}/below";
                return ($"create {below}", () => _model.Add(below, Make(below, [1], 0x20), now), () => Create(below, [1], 0x1ED));
        }
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseAttributes(string old)
    {
        byte[] name = "system.ntfs_attrib"u8.ToArray();
        if (_random.Next(3) == 0)
        {
            return (
                $"remove attributes of {old}",
                () => _model.Change(old, static node =>
                {
                    int mask = node.IsDirectory ? 7 : 6;
                    bool isVisible = (node.Attributes & mask) != 0;
                    node.Attributes &= (byte)~mask;
                    return isVisible;
                }),
                () => _writer.RemoveExtendedAttribute(Bytes(old), name));
        }

        byte value = (byte)(_random.Next(8) | (_random.Next(2) * 0x20));
        return (
            $"set attributes of {old} to {value:x}",
            () => _model.Change(old, node =>
            {
                node.Attributes = value;
                return true;
            }),
            () => _writer.SetExtendedAttribute(Bytes(old), name, [value, 0, 0, 0]));
    }

    private static bool SetMode(FatModelNode node, int mode)
    {
        if (node.IsDirectory)
            return mode == 0x1ED;
        node.Attributes = (byte)((node.Attributes & ~1) | (mode == 0x16D ? 1 : 0));
        return true;
    }

    private static bool SetTime(FatModelNode node, Timestamp time)
    {
        node.Modified = FatModel.Cut(time);
        return true;
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private FatModelNode Make(string path, byte[] content, byte attributes) => new() { IsDirectory = false, Name = NameOf(path), Content = content, Attributes = attributes, Modified = FatModel.Cut(Now) };

    private void Create(string path, byte[] content, int mode)
    {
        if (_random.Next(2) == 0)
            _writer.CreateFile(Bytes(path), new NodeMetadata(mode), new MemoryStream(content), content.Length);
        else
            _writer.CreateFile(Bytes(path), new NodeMetadata(mode), new HoleySource(content, 512));
    }

    private void Append(string path, byte[] content)
    {
        if (_random.Next(2) == 0)
            _writer.Append(Bytes(path), new MemoryStream(content), content.Length);
        else
            _writer.Append(Bytes(path), new MemorySource(content));
    }

    private byte[] MakeContent()
    {
        byte[] content = new byte[_random.Next(1 << _random.Next(1, _random.Next(6) == 0 ? 19 : 15))];
        _random.NextBytes(content);
        for (int i = _random.Next(6); i > 1 && content.Length > 0; i--)
        {
            int start = _random.Next(content.Length);
            content.AsSpan(start, _random.Next(content.Length - start)).Clear();
        }

        return content;
    }

    private string NewPath()
    {
        string[] folders = [.. _model.GetAll().Where(static pair => pair.Node.IsDirectory && pair.Path.Length < 600).Select(static pair => pair.Path)];
        string folder = _random.Next(3) == 0 ? folders[Math.Min(1, folders.Length - 1)] : folders[_random.Next(folders.Length)];
        string number = _random.Next(100_000).ToString(CultureInfo.InvariantCulture);
        string name = _random.Next(8) switch
        {
            0 => $"F{number}.TXT",
            1 => $"f{number}.efi",
            2 => $"Mixed{number}.Cfg",
            3 => $".hidden{number}",
            4 => $"a longer name, [with] + dots.and.{number}",
            5 => $"ünï-日本-\U0001F600-{number}",
            6 => new string('n', _random.Next(1, 250)) + number,
            _ => $"long name that differs late {_random.Next(30)}.conf",
        };
        return $"{folder}/{name}";
    }

    private string OldPath()
    {
        string[] paths = [.. _model.GetAll().Skip(1).Select(static pair => pair.Path)];
        string path = paths.Length == 0 || _random.Next(50) == 0 ? "/missing" : paths[_random.Next(paths.Length)];
        return _random.Next(6) == 0 ? SwapCase(path) : path;
    }

    // Only ASCII: what else mig folds must not depend on what .NET folds.
    private static string SwapCase(string path) => string.Concat(path.Select(static c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : c));
}
