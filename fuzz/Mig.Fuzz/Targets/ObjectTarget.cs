using Mig.Core;
using Mig.History.Commits;
using Mig.History.Graph;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;
using Mig.Testing;
using Mig.Versions.Commits;

namespace Mig.Fuzz.Targets;

/// <summary>
/// The payloads of all kinds of objects, stored under the ids that they then have. The first byte of the input is the kind.
/// </summary>
internal sealed class ObjectTarget : FuzzTarget
{
    private const int ObjectsPerStore = 300;

    private readonly TestFolder _folder = new();
    private readonly string _repositoryFolder;
    private readonly List<byte[]> _seeds = [];
    private Repository? _repository;
    private int _objects;

    public ObjectTarget()
    {
        _repositoryFolder = Directory.Exists("/dev/shm") ? $"/dev/shm/mig-fuzz-{Guid.NewGuid():N}" : _folder["repository"];
        Directory.CreateDirectory(_folder["sources/folder"]);
        for (int i = 0; i < 10; i++)
            File.WriteAllBytes(_folder[$"sources/folder/file{i}"], MixedBytes.Make(i * 500, i));
        File.WriteAllBytes(_folder["sources/large"], MixedBytes.Make(1_300_000, 3));
        File.CreateSymbolicLink(_folder["sources/link"], "large");
        Tool.Run("ln", _folder["sources/large"], _folder["sources/folder/again"]);
        Tool.Run("mknod", _folder["sources/device"], "c", "1", "3");
        Tool.Run("setfattr", "-n", "user.name", "-v", "value", _folder["sources/folder/file1"]);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-b", "1024", "-N", "64", "-O", "^has_journal", "-d", _folder["sources"],
            _folder["disk"], "3M");
        Reset();
        CommitId commit = _repository!.Commits.Add(new CommitRequest { Disks = [_folder["disk"]], Message = "seed" }).Id!.Value;
        var tag = new Tag
        {
            Target = commit.Value, TargetKind = ObjectKind.Commit, Name = "v1", Tagger = _repository!.Identity.Committer(),
            Message = "a tag\n"
        };
        _seeds.Add([(byte)ObjectKind.Tag, .. tag.Encode()]);
        Collect(commit);
    }

    public override string Name => "objects";

    public override IReadOnlyList<byte[]> Seeds => _seeds;

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
            return;
        var kind = (ObjectKind)(1 + ((input[0] + (int)ObjectKind.Tag - 1) % (int)ObjectKind.Tag));
        if (++_objects > ObjectsPerStore)
            Reset();
        ObjectStore store = _repository!.Store;
        ObjectId id;
        using (ObjectWriter writer = store.BeginWrite(StoreOptions.Default with { Parallelism = 1 }))
        {
            id = writer.AddObject(kind, input.AsSpan(1));
            writer.Complete();
        }

        foreach (ObjectReference reference in ObjectReferences.Of(store, id, kind))
            _ = reference.Kind;
        switch (kind)
        {
            case ObjectKind.Tree:
                _ = TreeReader.Find(store, new TreeId(id), "large"u8);
                _ = TreeReader.ReadEntries(store, new TreeId(id));
                break;
            case ObjectKind.Layout:
                // Each length calls for another level of the root; a root of any other level is refused, sound or not.
                foreach (long length in ((long[])[1 << 20, 3 << 20, 1 << 28, long.MaxValue - LayoutFormat.LeafSize])
                    .Where(length => LayoutFormat.RootLevel(length) == input[2]))
                    _ = LayoutReader.ReadPieces(store, new LayoutId(id), length, new ByteRange(0, length)).Count();
                break;
            case ObjectKind.Image:
                _ = MachineImage.Read(store, new ImageId(id));
                break;
            case ObjectKind.List:
                _ = ChunkList.ReadChunks(store, new ListId(id)).Count();
                break;
        }
    }

    public override void Dispose()
    {
        _repository?.Dispose();
        if (Directory.Exists(_repositoryFolder))
            Directory.Delete(_repositoryFolder, recursive: true);
        _folder.Dispose();
        base.Dispose();
    }

    private void Reset()
    {
        _repository?.Dispose();
        if (Directory.Exists(_repositoryFolder))
            Directory.Delete(_repositoryFolder, recursive: true);
        RepositoryContext context = RepositoryContext.Default with
        {
            Environment = static name => name.EndsWith("NAME", StringComparison.Ordinal) ? "A U Thor"
                : name.EndsWith("EMAIL", StringComparison.Ordinal) ? "author@example.com" : null,
            Parallelism = 1,
        };
        Repository.Initialize(_repositoryFolder, isBare: true, context);
        _repository = Repository.Open(_repositoryFolder, context);
        _objects = 0;
    }

    private void Collect(CommitId commit)
    {
        var seen = new HashSet<ObjectId>();
        var pending = new Stack<ObjectReference>([new ObjectReference(commit.Value, ObjectKind.Commit)]);
        while (pending.TryPop(out ObjectReference item))
        {
            if (item.Kind == ObjectKind.Blob || !seen.Add(item.Id))
                continue;
            _seeds.Add([(byte)item.Kind, .. _repository!.Store.ReadPayload(item.Id, item.Kind).Span]);
            foreach (ObjectReference next in ObjectReferences.Of(_repository.Store, item.Id, item.Kind))
                pending.Push(next);
        }
    }
}
