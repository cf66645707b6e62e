using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig;

/// <summary>Reads commits, tags and images by id.</summary>
public sealed class RepositoryObjects(ObjectStore store, ShallowFile shallowFile) : IRevisionSource
{
    private volatile IReadOnlySet<ObjectId>? _shallow;

    /// <summary>The commits whose parents are not here. For all who ask, they have none.</summary>
    public IReadOnlySet<ObjectId> Shallow => _shallow ??= shallowFile.Read();

    public ObjectKind? GetKind(ObjectId id) => store.TryFind(id, out ObjectLocation location) ? location.Kind : null;

    public Commit ReadCommit(CommitId id)
    {
        Commit commit = Commit.Parse(store.ReadPayload(id.Value, ObjectKind.Commit).Span, id.Value);
        return Shallow.Contains(id.Value) ? commit with { Parents = [] } : commit;
    }

    public Tag ReadTag(TagId id) => Tag.Parse(store.ReadPayload(id.Value, ObjectKind.Tag).Span, id.Value);

    public MachineImage ReadImage(ImageId id) => MachineImage.Read(store, id);

    /// <summary>Returns the files beside an image's disks, sorted by the bytes of their names.</summary>
    public IReadOnlyList<TreeEntry> ReadAttachments(MachineImage image) => ImageAttachments.Read(store, image);

    /// <summary>Returns what an object leads to through annotated tags: itself when it is not one.</summary>
    /// <returns>Its kind is null when it is not here.</returns>
    public (ObjectId Id, ObjectKind? Kind) Peel(ObjectId id)
    {
        ObjectKind? kind;
        while ((kind = GetKind(id)) == ObjectKind.Tag)
            id = ReadTag(new TagId(id)).Target;
        return (id, kind);
    }

    /// <summary>Returns the commit that an object leads to through annotated tags; null when it leads to none that is here.</summary>
    public CommitId? PeelToCommit(ObjectId id) => Peel(id) is (var found, ObjectKind.Commit) ? new CommitId(found) : null;

    public IReadOnlyList<ObjectId> FindByPrefix(string hexPrefix, int most) =>
        [.. store.FindByPrefix(hexPrefix).Select(found => found.Id).Order().Take(most)];

    /// <summary>Changes which commits have their parents elsewhere, durably.</summary>
    internal void UpdateShallow(IEnumerable<ObjectId> added, IEnumerable<ObjectId> removed)
    {
        shallowFile.Update(added, removed);
        _shallow = null;
    }
}
