using Mig.Core;
using Mig.Core.Host;

namespace Mig.Store.Packs;

/// <summary>A pack that is being written, and what its index will say. One thread at a time.</summary>
internal sealed class OpenPack(string temporaryFolder) : IDisposable
{
    private readonly PackWriter _writer = new(new TemporaryFile(temporaryFolder, "pack"));
    private readonly List<(long Offset, int TotalLength, int RawLength, (ObjectId Id, FrameObject Place)[] Objects)> _frames = [];

    /// <summary>Bytes so far.</summary>
    public long Length => _writer.Length;

    /// <summary>The pack's id, once it is finished.</summary>
    public ObjectId Id { get; private set; }

    /// <param name="frame">Header, object table and stored bytes.</param>
    public void Append(ReadOnlySpan<byte> frame, int rawLength, (ObjectId Id, FrameObject Place)[] objects) =>
        _frames.Add((_writer.Append(frame), frame.Length, rawLength, objects));

    /// <summary>Writes the trailer and makes the pack durable, still under its temporary name.</summary>
    public void Finish() => Id = _writer.Finish();

    public void AddTo(PackIndexBuilder index)
    {
        foreach (var (offset, totalLength, rawLength, objects) in _frames)
        {
            int frame = index.AddFrame(offset, totalLength, rawLength);
            foreach ((ObjectId id, FrameObject place) in objects)
                index.AddObject(id, frame, place);
        }

        index.EndPack(Id, _writer.Length);
    }

    /// <summary>Gives finished packs and their index their names: packs first, then the index, each durable; the names become durable together.</summary>
    /// <remarks>An index whose packs are missing does not count.</remarks>
    public static void Publish(PackSet packs, string temporaryFolder, PackIndexBuilder index, IEnumerable<OpenPack> finished)
    {
        using var file = new TemporaryFile(temporaryFolder, "index");
        ObjectId indexId = index.Write(file);
        foreach (OpenPack pack in finished)
            pack._writer.Publish(Path.Combine(packs.Folder, PackFormat.FileName(pack.Id)));
        file.Publish(Path.Combine(packs.Folder, PackIndexFormat.FileName(indexId)));
        HostFiles.SyncFolder(packs.Folder);
        packs.Refresh();
    }

    public void Dispose() => _writer.Dispose();
}
