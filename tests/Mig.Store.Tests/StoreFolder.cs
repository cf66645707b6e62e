using Mig.Core;
using Mig.Store.Packs;
using Mig.Testing;

namespace Mig.Store.Tests;

/// <summary>An empty store in a folder of its own, deleted afterwards.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly TestFolder _folder = new();

    public StoreFolder() => ObjectStore.Create(Path);

    public string Path => _folder["store"];

    public string Packs => System.IO.Path.Combine(Path, ObjectStore.PacksFolder);

    public ObjectStore Open() => ObjectStore.Open(Path);

    /// <summary>Adds blobs in one go and returns their ids.</summary>
    public static List<BlobId> Add(ObjectStore store, IEnumerable<byte[]> blobs, StoreOptions? options = null)
    {
        var ids = new List<BlobId>();
        using ObjectWriter writer = store.BeginWrite(options ?? StoreOptions.Default);
        foreach (byte[] blob in blobs)
        {
            var id = new BlobId(ObjectId.Of(blob));
            writer.AddBlob(id, blob, new OrderKey(0, 0, (ulong)ids.Count));
            ids.Add(id);
        }

        writer.Complete();
        return ids;
    }

    public void Dispose() => _folder.Dispose();
}
