using Mig.Core;
using Mig.History.Graph;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Damages;

/// <summary>
/// Every truncation and single-bit flip of what objects hold, each stored as an object of its own, so that no hash stands in the way: the
/// readers' own checks must do. What comes out is <see cref="CorruptStoreException"/> or another sound object.
/// </summary>
public sealed class PayloadDamageTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Fact]
    public void Trees() => DamageAll(ObjectKind.Tree, 3, (store, id) =>
    {
        _ = TreeReader.ReadEntries(store, new TreeId(id));
        _ = TreeReader.Find(store, new TreeId(id), "large"u8);
    });

    [Fact]
    public void Layouts() => DamageAll(ObjectKind.Layout, 3, (store, id) =>
    {
        foreach (long length in (long[])[1, 24 << 20, 200L << 20, long.MaxValue - LayoutFormat.LeafSize])
            _ = LayoutReader.ReadPieces(store, new LayoutId(id), length, new ByteRange(0, length)).Count();
    });

    [Fact]
    public void Images() => DamageAll(ObjectKind.Image, 1, (store, id) => _ = MachineImage.Read(store, new ImageId(id)));

    [Fact]
    public void Lists() => DamageAll(ObjectKind.List, 2, (store, id) => _ = ChunkList.ReadChunks(store, new ListId(id)).Count());

    public void Dispose() => _repository.Dispose();

    private void DamageAll(ObjectKind kind, int most, Action<ObjectStore, ObjectId> read)
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        ObjectStore store = repository.Store;
        List<byte[]> payloads = [.. Reachable(repository, kind).Select(id => store.ReadPayload(id, kind).ToArray())
            .OrderBy(payload => payload.Length).Where(payload => payload.Length < 6000)];
        Assert.NotEmpty(payloads);

        // The shortest, the longest, and what lies between.
        foreach (byte[] payload in Enumerable.Range(0, most).Select(i => payloads[i * (payloads.Count - 1) / Math.Max(1, most - 1)])
            .Distinct())
        {
            List<byte[]> damaged = [.. Enumerable.Range(0, payload.Length).Select(length => payload[..length]), [.. payload, 0]];
            damaged.AddRange(Enumerable.Range(0, payload.Length * 8).Select(bit => Damage.FlipBit(payload, bit)));
            var ids = new List<ObjectId>();
            using (ObjectWriter writer = store.BeginWrite(StoreOptions.Default))
            {
                ids.AddRange(damaged.Select(bytes => writer.AddObject(kind, bytes)));
                writer.Complete();
            }

            int refused = 0;
            foreach (ObjectId id in ids)
            {
                try
                {
                    read(store, id);
                    _ = ObjectReferences.Of(store, id, kind).Count();
                }
                catch (CorruptStoreException)
                {
                    refused++;
                }
            }

            Assert.True(refused > payload.Length, $"{refused} of {damaged.Count} refused");
        }
    }

    private static List<ObjectId> Reachable(Repository repository, ObjectKind kind)
    {
        var seen = new HashSet<ObjectId>();
        var found = new List<ObjectId>();
        var pending = new Stack<ObjectReference>([new ObjectReference(repository.Refs.ReadHead().Id!.Value, ObjectKind.Commit)]);
        while (pending.TryPop(out ObjectReference item))
        {
            if (!seen.Add(item.Id))
                continue;
            if (item.Kind == kind)
                found.Add(item.Id);
            foreach (ObjectReference next in ObjectReferences.Of(repository.Store, item.Id, item.Kind))
                pending.Push(next);
        }

        return found;
    }
}
