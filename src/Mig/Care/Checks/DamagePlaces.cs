using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Graph;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Care.Checks;

/// <summary>
/// Says in which versions, and where in them, objects are missing: what a user knows by name. Runs only where something is.
/// </summary>
internal sealed class DamagePlaces(Repository repository, IReadOnlySet<ObjectId> bad, CancellationToken cancellation)
{
    private const int MaxPlaces = 20;
    private const int MaxVersions = 100_000;

    private readonly ObjectStore _store = repository.Store;
    private readonly Dictionary<ObjectId, bool> _tainted = [];
    private readonly Dictionary<ObjectId, string> _names = [];
    private List<string> _places = [];
    private long _count;

    /// <summary>Returns the versions, those with the same places together.</summary>
    public IReadOnlyList<AffectedVersion> Find()
    {
        var groups = new OrderedDictionary<string, (List<AffectedCommit> Versions, List<string> Places, long Count)>();
        foreach ((ObjectId id, string name) in Name())
        {
            cancellation.ThrowIfCancellationRequested();
            (_places, _count) = ([], 0);
            Look(id);
            if (_count == 0)
                continue;
            string key = $"{_count}\n{string.Join('\n', _places)}";
            if (!groups.TryGetValue(key, out (List<AffectedCommit> Versions, List<string> Places, long Count) group))
                groups.Add(key, group = ([], _places, _count));
            group.Versions.Add(new AffectedCommit(name, id.ToString()));
        }

        return [.. groups.Values.Select(group => new AffectedVersion(group.Versions, group.Places, group.Count))];
    }

    // As a user would write it: by branch first, then tags and tracking branches, then the logs.
    private IEnumerable<(ObjectId Id, string Name)> Name()
    {
        var found = new List<(ObjectId, string)>();
        var others = new Stack<ObjectId>();
        IEnumerable<Ref> refs = repository.Refs.List("refs/", damaged: [])
            .OrderBy(item => item.Name.IsBranch ? 0 : item.Name.IsTag ? 1 : 2);
        foreach (Ref item in refs)
            Walk(item.Id, item.Name.ShortName, found, others);
        foreach (RefName name in repository.Refs.ListLogs().OrderBy(name => name == RefName.Head ? 1 : 0))
        {
            int move = 0;
            foreach (ReflogEntry entry in TryReadLog(name))
                Walk(entry.After, $"{name.ShortName}@{{{move++}}}", found, others);
        }

        while (others.TryPop(out ObjectId id))
            Walk(id, id.ToShortString(), found, others);
        return found;
    }

    private IReadOnlyList<ReflogEntry> TryReadLog(RefName name)
    {
        try
        {
            return repository.Refs.ReadLog(name);
        }
        catch (CorruptStoreException)
        {
            return [];
        }
    }

    private void Walk(ObjectId id, string name, List<(ObjectId, string)> found, Stack<ObjectId> others)
    {
        for (int back = 0; !id.IsNull && _names.Count < MaxVersions; back++)
        {
            string here = back == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}~{back}");
            if (bad.Contains(id))
            {
                if (_names.TryAdd(id, here))
                    found.Add((id, here));
                return;
            }

            try
            {
                if (!_store.TryFind(id, out ObjectLocation location) || location.Kind is not (ObjectKind.Commit or ObjectKind.Tag))
                    return;
                if (location.Kind == ObjectKind.Tag)
                {
                    id = repository.Objects.ReadTag(new TagId(id)).Target;
                    back--;
                    continue;
                }

                if (!_names.TryAdd(id, here))
                    return;
                found.Add((id, here));
                Commit commit = repository.Objects.ReadCommit(new CommitId(id));
                foreach (CommitId parent in commit.Parents.Skip(1))
                    others.Push(parent.Value);
                id = commit.Parents.Count > 0 && !repository.Objects.Shallow.Contains(id) ? commit.Parents[0].Value : default;
            }
            catch (CorruptStoreException)
            {
                return;
            }
        }
    }

    private void Look(in ObjectId commit)
    {
        if (bad.Contains(commit))
        {
            Add("the version itself: its commit");
            return;
        }

        try
        {
            ImageId id = repository.Objects.ReadCommit(new CommitId(commit)).Image;
            if (bad.Contains(id.Value))
            {
                Add("the version itself: its image");
                return;
            }

            if (!IsTainted(new ObjectReference(id.Value, ObjectKind.Image)))
                return;
            MachineImage image = repository.Objects.ReadImage(id);
            ImageVolume? usual = SystemVolumeOf(image);
            foreach (ImageDisk disk in image.Disks)
                Look(image, disk, usual);
            if (image.Attachments is { } attachments)
                LookInto(attachments, "@" + ImageAttachments.PlaceName, []);
        }
        catch (CorruptStoreException e)
        {
            Add(e.Message);
        }
    }

    // Without its files, which volume a path means may not be known.
    private ImageVolume? SystemVolumeOf(MachineImage image)
    {
        try
        {
            return SystemVolume.FindDefault(_store, image);
        }
        catch (CorruptStoreException)
        {
            return null;
        }
    }

    private void Look(MachineImage image, ImageDisk disk, ImageVolume? usual)
    {
        var ofFiles = new HashSet<ObjectId>();
        foreach (ImageVolume volume in disk.Volumes)
        {
            if (volume.Root is { } root)
                LookInto(root.Tree, volume == usual ? "" : ImageVolumes.PrefixOf(image, disk, volume), ofFiles);
        }

        if (disk.Layout is { } layout)
            LookInto(layout, disk, ofFiles);
    }

    private void LookInto(TreeId root, string prefix, HashSet<ObjectId> ofFiles)
    {
        var pending = new Stack<(ObjectId Tree, string Path)>([(root.Value, prefix)]);
        while (pending.TryPop(out (ObjectId Tree, string Path) directory))
        {
            if (bad.Contains(directory.Tree))
            {
                Add($"{directory.Path}/…");
                continue;
            }

            TreeNode node = TreeReader.ReadNode(_store, new TreeId(directory.Tree));
            foreach ((_, TreeId child) in node.Children)
            {
                if (IsTainted(new ObjectReference(child.Value, ObjectKind.Tree)))
                    pending.Push((child.Value, directory.Path));
            }

            foreach (TreeEntry entry in node.Entries)
                LookAt(entry, $"{directory.Path}/{Encoding.UTF8.GetString(entry.Name.Span)}", pending, ofFiles);
        }
    }

    private void LookAt(TreeEntry entry, string path, Stack<(ObjectId Tree, string Path)> pending, HashSet<ObjectId> ofFiles)
    {
        if (entry.Type == TreeEntryType.Directory)
        {
            if (IsTainted(new ObjectReference(entry.Tree.Value, ObjectKind.Tree)))
                pending.Push((entry.Tree.Value, path));
            return;
        }

        ObjectReference? content = entry.List is { } list ? new ObjectReference(list.Value, ObjectKind.List)
            : entry is { Type: TreeEntryType.File, Size: > 0, Sha256: { } blob } ? new ObjectReference(blob, ObjectKind.Blob)
            : null;
        if (content is not { } reference || !IsTainted(reference))
            return;
        Add(path);
        CollectBad(reference, ofFiles);
    }

    private void CollectBad(ObjectReference reference, HashSet<ObjectId> into)
    {
        if (bad.Contains(reference.Id))
            into.Add(reference.Id);
        else if (reference.Kind == ObjectKind.List)
            ObjectReferences.Of(_store, reference.Id, ObjectKind.List).ToList().ForEach(next => CollectBad(next, into));
    }

    private void LookInto(LayoutId layout, ImageDisk disk, HashSet<ObjectId> ofFiles)
    {
        try
        {
            foreach (LayoutPiece piece in LayoutReader.ReadPieces(_store, layout, disk.Length, new ByteRange(0, disk.Length)))
            {
                if (bad.Contains(piece.Blob.Value) && !ofFiles.Contains(piece.Blob.Value))
                    Add(string.Create(CultureInfo.InvariantCulture, $"{disk.Name}, bytes {piece.Offset} to {piece.End}, outside of files"));
            }
        }
        catch (CorruptStoreException)
        {
            Add($"{disk.Name}: which bytes stand where from some place on");
        }
    }

    private void Add(string place)
    {
        if (_count++ < MaxPlaces)
            _places.Add(place);
    }

    // Whether something bad is below. Each object is looked at once, however often it is named.
    private bool IsTainted(ObjectReference root)
    {
        if (bad.Contains(root.Id))
            return true;
        if (root.Kind == ObjectKind.Blob)
            return false;
        if (_tainted.TryGetValue(root.Id, out bool known))
            return known;
        var open = new Stack<(ObjectId Id, IEnumerator<ObjectReference> Next)>([(root.Id, Open(root))]);
        _tainted[root.Id] = false;
        while (open.TryPeek(out (ObjectId Id, IEnumerator<ObjectReference> Next) top))
        {
            if (!top.Next.MoveNext())
            {
                open.Pop();
                if (_tainted[top.Id] && open.TryPeek(out (ObjectId Id, IEnumerator<ObjectReference> Next) parent))
                    _tainted[parent.Id] = true;
                continue;
            }

            ObjectReference next = top.Next.Current;
            if (bad.Contains(next.Id) || (_tainted.TryGetValue(next.Id, out bool seen) && seen))
                _tainted[top.Id] = true;
            else if (next.Kind is not (ObjectKind.Blob or ObjectKind.Commit) && _tainted.TryAdd(next.Id, false))
                open.Push((next.Id, Open(next)));
        }

        return _tainted[root.Id];
    }

    private IEnumerator<ObjectReference> Open(ObjectReference reference)
    {
        try
        {
            return ObjectReferences.Of(_store, reference.Id, reference.Kind).ToList().GetEnumerator();
        }
        catch (CorruptStoreException)
        {
            return Enumerable.Empty<ObjectReference>().GetEnumerator();
        }
    }
}
