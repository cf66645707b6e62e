using Mig.Core;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>
/// Random operations on an image through the writer and on a model at once. After each, the foreign judge must find nothing; after every
/// few, the reader must find what the model has, on the image and through the writer. The formats supply the names, the judges, and the
/// operations that only they have.
/// </summary>
internal abstract class WriterRun : IDisposable
{
    private const int StepsPerComparison = 4;
    private const int CommonWeight = 17;

    private readonly FileTarget _target;
    private readonly TestClock _clock = new();
    private readonly int _blockSize;
    private string _last = "";

    /// <param name="image">An image that others made, and may have filled.</param>
    protected WriterRun(string image, int seed)
    {
        Image = image;
        Random = new Random(seed);
        _target = FileTarget.Open(image);
        Writer = FileSystemFormats.OpenWriter(_target, Limits.Default, _clock)!;
        using IFileSystem view = Writer.Read();
        _blockSize = view.Info.BlockSize;
    }

    /// <summary>How many operations were done, and how many refused.</summary>
    public (int Done, int Refused) Counts { get; private set; }

    protected string Image { get; }

    protected Random Random { get; }

    protected IFileSystemWriter Writer { get; }

    protected abstract IWriterModel Model { get; }

    /// <summary>Why an operation may be refused that the model knows nothing of.</summary>
    protected abstract RefusalReason[] Unforeseen { get; }

    /// <summary>The attributes that are compared.</summary>
    protected virtual uint AttributeMask => 0;

    /// <summary>Few files are longer than two to this power.</summary>
    protected abstract int LengthBits { get; }

    /// <summary>How many of the operations are the format's own; the weight of those that all have is 17.</summary>
    protected abstract int OwnWeight { get; }

    /// <summary>The clock's time, which a model cuts to what its format holds.</summary>
    protected Timestamp Now
    {
        get
        {
            TimeSpan time = _clock.GetUtcNow() - DateTimeOffset.UnixEpoch;
            return new Timestamp(time.Ticks / TimeSpan.TicksPerSecond, (int)(time.Ticks % TimeSpan.TicksPerSecond) * 100);
        }
    }

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
        Writer.Commit();
        string? complaint = FindComplaint();
        Assert.True(complaint is null, $"after {_last}: {complaint}");
        if ((Counts.Done + Counts.Refused) % StepsPerComparison == 0)
            Compare();
    }

    /// <summary>Compares what the reader finds, on the image and through the writer, with the model.</summary>
    public void Compare()
    {
        IReadOnlyList<TreeEntry> expected = Model.ToEntries();
        string? difference = TreeComparison.FindDifference(expected, WithoutLostAndFound(VolumeTree.Read(Image, AttributeMask)));
        Assert.True(difference is null, $"after {_last}: {difference}");
        using IFileSystem view = Writer.Read();
        difference = TreeComparison.FindDifference(expected, WithoutLostAndFound(VolumeTree.Read(view, _target, AttributeMask)));
        Assert.True(difference is null, $"after {_last}, in the writer's view: {difference}");
    }

    /// <summary>Compares what a foreign reader finds with the model.</summary>
    public void CompareWithOthers()
    {
        string? difference = FindForeignDifference();
        Assert.True(difference is null, $"after {_last}: {difference}");
    }

    public void Dispose()
    {
        Writer.Dispose();
        _target.Dispose();
    }

    /// <summary>Leaves out what a maker of file systems makes and no test touches.</summary>
    protected static IReadOnlyList<TreeEntry> WithoutLostAndFound(IReadOnlyList<TreeEntry> entries) =>
        [.. entries.Where(static entry => entry.Path != "/lost+found")];

    /// <summary>Returns what the foreign judge has to say; null when it finds nothing.</summary>
    protected abstract string? FindComplaint();

    /// <summary>Returns what a foreign reader finds that the model does not have; null when there is nothing.</summary>
    protected abstract string? FindForeignDifference();

    protected abstract byte[] Bytes(string path);

    /// <summary>Returns the metadata of a new node.</summary>
    protected abstract NodeMetadata MakeMetadata(NodeType type);

    protected abstract string MakeName();

    /// <summary>Returns another path to the same node.</summary>
    protected virtual string Respell(string path) => path;

    /// <summary>Chooses one of the operations that only this format has.</summary>
    /// <param name="kind">0 to <see cref="OwnWeight"/>.</param>
    protected abstract (string Name, Func<bool> Model, Action Writer) ChooseOwn(int kind, string old, string path, Timestamp now);

    private (string Name, Func<bool> Model, Action Writer) Choose()
    {
        Timestamp now = Now;
        string path = MakePath();
        string old = ChooseOld();
        int kind = Random.Next(CommonWeight + OwnWeight);
        switch (kind)
        {
            case < 5:
                return Create(path, MakeContent(), now);
            case 5:
                byte[] content = MakeContent();
                return ($"replace {old} with {content.Length} bytes", () => Model.SetContent(old, _ => content, false, now), () =>
                    Give(content, source => Writer.ReplaceContent(Bytes(old), source), (stream, length) =>
                    Writer.ReplaceContent(Bytes(old), stream, length)));
            case 6 or 7:
                content = MakeContent();
                return ($"append {content.Length} bytes to {old}", () =>
                    Model.SetContent(old, before => [.. before, .. content], true, now), () => Give(content, source =>
                    Writer.Append(Bytes(old), source), (stream, count) => Writer.Append(Bytes(old), stream, count)));
            case 8:
                int length = Random.Next(2) == 0 ? Random.Next(3 << LengthBits) : Model.GetLength(old) / 2;
                return ($"set length of {old} to {length}", () =>
                    Model.SetContent(old, before =>
                    [.. before.AsSpan(0, Math.Min(length, before.Length)), .. new byte[Math.Max(0, length - before.Length)]], false, now),
                    () => Writer.SetLength(Bytes(old), length));
            case 9 or 10:
                NodeMetadata metadata = MakeMetadata(NodeType.Directory);
                return ($"make directory {path}", () => Model.AddDirectory(path, metadata, now), () =>
                    Writer.CreateDirectory(Bytes(path), metadata));
            case 11 or 12:
                return ($"remove {old}", () => Model.Remove(old, false, now), () => Writer.Remove(Bytes(old)));
            case 13:
                return ($"remove directory {old}", () => Model.Remove(old, true, now), () => Writer.RemoveDirectory(Bytes(old)));
            case 14 or 15:
                string target = Random.Next(4) switch { 0 => ChooseOld(), 1 => Respell(old), _ => path };
                return ($"rename {old} to {target}", () => Model.Rename(old, target, now), () => Writer.Rename(Bytes(old), Bytes(target)));
            case CommonWeight - 1:
                return Create($"{old}/below", [1], now);
            default:
                return ChooseOwn(kind - CommonWeight, old, path, now);
        }
    }

    private (string Name, Func<bool> Model, Action Writer) Create(string path, byte[] content, Timestamp now)
    {
        NodeMetadata metadata = MakeMetadata(NodeType.File);
        return ($"create {path} with {content.Length} bytes", () => Model.AddFile(path, content, metadata, now), () =>
            Give(content, source => Writer.CreateFile(Bytes(path), metadata, source), (stream, length) =>
            Writer.CreateFile(Bytes(path), metadata, stream, length)));
    }

    /// <summary>Gives content in one of the forms that a writer takes.</summary>
    private void Give(byte[] content, Action<IByteSource> source, Action<Stream, long> stream)
    {
        switch (Random.Next(4))
        {
            case 0:
                source(new MemorySource(content));
                break;
            case 1:
                source(new HoleySource(content, Random.Next(2) == 0 ? 512 : _blockSize));
                break;
            default:
                stream(new MemoryStream(content), content.Length);
                break;
        }
    }

    private byte[] MakeContent()
    {
        byte[] content = new byte[Random.Next(1 << Random.Next(1, Random.Next(7) == 0 ? LengthBits + 4 : LengthBits))];
        Random.NextBytes(content);
        for (int i = Random.Next(6); i > 1 && content.Length > 0; i--)
        {
            int start = Random.Next(content.Length);
            content.AsSpan(start, Random.Next(content.Length - start)).Clear();
        }

        return content;
    }

    private string MakePath()
    {
        string[] folders = [.. Model.GetPaths().Where(static node => node.IsDirectory && node.Path.Length < 600)
            .Select(static node => node.Path)];
        // A third of all names go to one directory, so that it becomes large.
        string folder = Random.Next(3) == 0 ? folders[Math.Min(1, folders.Length - 1)] : folders[Random.Next(folders.Length)];
        return $"{folder}/{MakeName()}";
    }

    private string ChooseOld()
    {
        string[] paths = [.. Model.GetPaths().Skip(1).Select(static node => node.Path).Where(static path => path != "/lost+found")];
        string path = paths.Length == 0 || Random.Next(50) == 0 ? "/missing" : paths[Random.Next(paths.Length)];
        return Random.Next(6) == 0 ? Respell(path) : path;
    }
}
