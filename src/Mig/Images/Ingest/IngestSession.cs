using System.Collections.Concurrent;
using Mig.Care.Trust;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trust;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Images.Ingest;

/// <summary>What all disks of one commit share: the store, where new objects go, and the large files that this commit added.</summary>
/// <param name="store">What is known already; null when nothing is.</param>
internal sealed class IngestSession(
    ObjectStore? store, IObjectSink writer, IProgressSink progress, int parallelism, CancellationToken cancellation)
{
    private readonly ConcurrentDictionary<(long Size, ObjectId Sha256), (ListId List, Chunk[] Chunks)> _newLists = [];
    private readonly ConcurrentDictionary<long, bool> _newSizes = [];
    private readonly Lazy<ProvenLists> _proven = new(() => store is null ? ProvenLists.None : ProvenLists.Read(store.Folder));
    private readonly Lazy<ProvenDisks>? _disks = store is null ? null : new(() => ProvenDisks.Read(store.Folder));

    /// <summary>What is known already; null when nothing is.</summary>
    public ObjectStore? Store { get; } = store;

    public IObjectSink Writer { get; } = writer;

    /// <summary>Whether what is read twice may differ, so that nothing is taken from one reading for what another one stored.</summary>
    public bool MayChange { get; init; }

    public IProgressSink Progress { get; } = progress;

    public int Parallelism { get; } = parallelism;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Tells whether some large file of this size was cut here before, so that hashing alone may do.</summary>
    public bool MayKnowContent(long size) => _newSizes.ContainsKey(size) || _proven.Value.HasSize(size);

    /// <summary>
    /// Finds the chunks of a large file by its hash: only those that this side has cut, whatever a list that was received says of itself.
    /// </summary>
    public bool TryFindContent(long size, in ObjectId sha256, out ListId list, out IEnumerable<Chunk> chunks)
    {
        if (_newLists.TryGetValue((size, sha256), out (ListId List, Chunk[] Chunks) added))
        {
            list = added.List;
            chunks = added.Chunks;
            return true;
        }

        if (Store is not null && _proven.Value.TryFind(size, sha256, out list) && Store.Contains(list.Value))
        {
            chunks = ChunkList.ReadChunks(Store, list);
            return true;
        }

        list = default;
        chunks = [];
        return false;
    }

    public void AddContent(long size, in ObjectId sha256, in ListId list, Chunk[] chunks)
    {
        _newLists[(size, sha256)] = (list, chunks);
        _newSizes[size] = true;
    }

    /// <summary>Tells whether the two views of a disk were seen to agree here.</summary>
    public bool IsProven(ImageDisk disk) => _disks?.Value.Contains(disk) == true;

    /// <summary>Notes what this session has cut and seen, for the next one; called when the writer is complete.</summary>
    /// <param name="disks">Those whose two views were both made from what was read.</param>
    public void Keep(IEnumerable<ImageDisk> disks)
    {
        if (Store is null)
            return;
        ProvenLists.Add(Store.Folder, [.. _newLists.Select(item => (item.Key.Size, item.Key.Sha256, item.Value.List))]);
        foreach (ImageDisk disk in disks)
            _disks!.Value.Add(disk);
        if (_disks!.IsValueCreated)
            _disks.Value.Write();
    }

    /// <summary>Runs one worker per core and waits for all; the first error ends them and is thrown.</summary>
    /// <param name="work">Given a token that asks it to stop.</param>
    public void RunWorkers(Action<CancellationToken> work) => ParallelWork.Run(Parallelism, work, Cancellation);
}
