using Mig.Core;
using Mig.Store;
using Mig.Store.Checks;
using Mig.Store.Content;
using Mig.Store.Packs;
using Mig.Testing;

namespace Mig.Fuzz.Targets;

/// <summary>A small store whose files are replaced by damaged ones.</summary>
internal sealed class StoreSample : IDisposable
{
    private readonly string _folder;
    private readonly Dictionary<ObjectId, (ObjectKind Kind, byte[] Bytes)> _objects = [];
    private readonly long _size = 90_000;
    private readonly ListId _list;

    public StoreSample()
    {
        // What is synced costs nothing in memory.
        _folder = Directory.Exists("/dev/shm") ? $"/dev/shm/mig-fuzz-{Guid.NewGuid():N}"
            : Directory.CreateTempSubdirectory("mig-fuzz-").FullName;
        ObjectStore.Create(_folder);
        using ObjectStore store = ObjectStore.Open(_folder);
        using ObjectWriter writer = store.BeginWrite(StoreOptions.Default with { ContentFrameSize = 500, Parallelism = 1 });
        for (int i = 0; i < 6; i++)
        {
            byte[] bytes = MixedBytes.Make(i * 90, i);
            var id = new BlobId(ObjectId.Of(bytes));
            writer.AddBlob(id, bytes, new OrderKey(0, 0, (ulong)i));
            _objects[id.Value] = (ObjectKind.Blob, bytes);
        }

        byte[] tree = MixedBytes.Make(200, 9);
        _objects[writer.AddObject(ObjectKind.Tree, tree)] = (ObjectKind.Tree, tree);
        _list = ChunkList.Write(writer, [Chunk.Hole(_size)], _size, ObjectId.Of("content"u8));
        writer.Complete();
        Files = [.. Directory.EnumerateFiles(Packs).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)))];
    }

    public IReadOnlyList<(string Name, byte[] Bytes)> Files { get; }

    private string Packs => Path.Combine(_folder, "packs");

    /// <summary>Puts other files into the store and reads all that there was: right bytes or a documented exception.</summary>
    public void Read(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        foreach (string path in Directory.EnumerateFiles(Packs))
            File.Delete(path);
        foreach ((string name, byte[] bytes) in files)
            File.WriteAllBytes(Path.Combine(Packs, name), bytes);
        using ObjectStore store = ObjectStore.Open(_folder);
        MigException? first = null;
        foreach ((ObjectId id, (ObjectKind kind, byte[] bytes)) in _objects)
        {
            Try(() =>
            {
                ReadOnlyMemory<byte> read = kind == ObjectKind.Blob ? store.Read(id, kind) : store.ReadPayload(id, kind);
                if (!read.Span.SequenceEqual(bytes))
                    throw new InvalidOperationException($"wrong bytes for {id}");
            });
            Try(() => _ = store.FindByPrefix(id.ToShortString(4)));
        }

        Try(() =>
        {
            if (ChunkList.Read(store, _list).Size != _size)
                throw new InvalidOperationException("the chunks of another file");
        });
        Try(() => store.ReadBlobs([.. _objects.Where(item => item.Value.Kind == ObjectKind.Blob).Select(item => new BlobId(item.Key))], 1,
            static (_, _) => { }));
        StoreCheckResult result = new StoreCheck(store, isQuick: false, NoProgress.Instance).Run(1, CancellationToken.None);
        if (first is not null)
        {
            // What cannot be read must be reported.
            if (result.Problems.Count + result.LostPacks.Count + result.Warnings.Count == 0
                && first is not CorruptStoreException { Code: "STORE-002" })
                throw new InvalidOperationException($"the check reports nothing, and reading says: {first.Message}");
            throw first;
        }

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (MigException e)
            {
                first ??= e;
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
