using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig;

/// <summary>Reads commits, tags and images by id.</summary>
public sealed class RepositoryObjects(ObjectStore store) : IRevisionSource
{
    public ObjectKind? GetKind(ObjectId id) => store.TryFind(id, out ObjectLocation location) ? location.Kind : null;

    public Commit ReadCommit(CommitId id) => Commit.Parse(store.ReadPayload(id.Value, ObjectKind.Commit).Span, id.Value);

    public Tag ReadTag(TagId id) => Tag.Parse(store.ReadPayload(id.Value, ObjectKind.Tag).Span, id.Value);

    public MachineImage ReadImage(ImageId id) => MachineImage.Read(store, id);

    public IReadOnlyList<ObjectId> FindByPrefix(string hexPrefix, int most) =>
        [.. store.FindByPrefix(hexPrefix).Select(found => found.Id).Order().Take(most)];
}
