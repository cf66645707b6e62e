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
        index.Expect(_frames.Sum(frame => frame.Objects.Length));
        foreach (var (offset, totalLength, rawLength, objects) in _frames)
        {
            int frame = index.AddFrame(offset, totalLength, rawLength);
            foreach ((ObjectId id, FrameObject place) in objects)
                index.AddObject(id, frame, place);
        }

        index.EndPack(Id, _writer.Length);
    }

    /// <summary>
    /// Gives finished packs and their index their names: packs first, then the index, each durable; the names become durable together.
    /// </summary>
    /// <remarks>
    /// What an index says of a missing pack does not count. When a name cannot be given, or it is not known to be durable, those that were
    /// given before go again: somebody would find the objects, and write a ref to what a crash may take away.
    /// </remarks>
    public static void Publish(PackSet packs, string temporaryFolder, PackIndexBuilder index, IEnumerable<OpenPack> finished)
    {
        using var file = new TemporaryFile(temporaryFolder, "index");
        ObjectId indexId = index.Write(file);
        var given = new Stack<string>();
        try
        {
            foreach (OpenPack pack in finished)
                Give(PackFormat.FileName(pack.Id), pack._writer.Publish);
            Give(PackIndexFormat.FileName(indexId), file.Publish);
            HostFiles.SyncFolder(packs.Folder);
        }
        catch
        {
            Withdraw(given);
            throw;
        }

        packs.Refresh();

        void Give(string name, Action<string> publish)
        {
            string path = Path.Combine(packs.Folder, name);
            bool isNew = !File.Exists(path); // what was there before holds the same bytes, and others may rely on it
            publish(path);
            if (isNew)
                given.Push(path);
        }
    }

    /// <summary>Makes a finished pack visible by itself, with an index of its own.</summary>
    /// <inheritdoc cref="Publish"/>
    public void PublishAlone(PackSet packs, string temporaryFolder)
    {
        var index = new PackIndexBuilder();
        AddTo(index);
        Publish(packs, temporaryFolder, index, [this]);
    }

    public void Dispose() => _writer.Dispose();

    // The index first, for it may name the packs as long as it stands.
    private static void Withdraw(Stack<string> given)
    {
        try
        {
            while (given.TryPop(out string? path))
                HostFiles.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Why it came to this says more. Whole packs and indexes are left, whose names a crash may take.
        }
    }
}
