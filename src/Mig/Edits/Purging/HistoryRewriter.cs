using Mig.Core;
using Mig.History.Commits;
using Mig.Store;

namespace Mig.Edits.Purging;

/// <summary>Writes commits and tags anew whose image, or whose past, has another id. Who made them, when and why stays.</summary>
internal sealed class HistoryRewriter(Repository repository, ObjectWriter writer, Func<ImageId, ImageId> rewriteImage)
{
    // What is signed is no longer what was signed.
    private static readonly string[] Signatures = ["signature", "gpgsig"];

    private readonly Dictionary<ObjectId, ObjectId> _known = [];

    /// <summary>Old and new ids of what changed, parents first.</summary>
    public List<(ObjectKind Kind, ObjectId Before, ObjectId After)> Changed { get; } = [];

    /// <summary>Returns the new id of a commit or tag; the same one when nothing of it changed.</summary>
    public ObjectId Rewrite(ObjectId id)
    {
        if (_known.TryGetValue(id, out ObjectId after))
            return after;
        return repository.Objects.GetKind(id) switch
        {
            ObjectKind.Commit => RewriteCommits(new CommitId(id)),
            ObjectKind.Tag => RewriteTag(new TagId(id)),
            ObjectKind.Image => rewriteImage(new ImageId(id)).Value,
            _ => id,
        };
    }

    // History may be longer than the stack is deep.
    private ObjectId RewriteCommits(CommitId tip)
    {
        var pending = new Stack<CommitId>([tip]);
        while (pending.TryPeek(out CommitId id))
        {
            if (_known.ContainsKey(id.Value))
            {
                pending.Pop();
                continue;
            }

            Commit commit = repository.Objects.ReadCommit(id);
            List<CommitId> missing = [.. commit.Parents.Where(parent => !_known.ContainsKey(parent.Value))];
            if (missing.Count > 0)
            {
                missing.ForEach(pending.Push);
                continue;
            }

            pending.Pop();
            Note(ObjectKind.Commit, id.Value, RewriteCommit(id, commit));
        }

        return _known[tip.Value];
    }

    private ObjectId RewriteCommit(CommitId id, Commit commit)
    {
        ImageId image = rewriteImage(commit.Image);
        CommitId[] parents = [.. commit.Parents.Select(parent => new CommitId(_known[parent.Value]))];
        if (image == commit.Image && parents.SequenceEqual(commit.Parents))
            return id.Value;
        Commit after = commit with
        {
            Image = image,
            Parents = parents,
            Headers = [.. commit.Headers.Where(header => !Signatures.Contains(header.Key))]
        };
        return writer.AddObject(ObjectKind.Commit, after.Encode());
    }

    private ObjectId RewriteTag(TagId id)
    {
        Tag tag = repository.Objects.ReadTag(id);
        ObjectId target = Rewrite(tag.Target);
        ObjectId after = id.Value;
        if (target != tag.Target)
            after = writer.AddObject(ObjectKind.Tag,
                (tag with { Target = target, Headers = [.. tag.Headers.Where(header => !Signatures.Contains(header.Key))] }).Encode());
        return Note(ObjectKind.Tag, id.Value, after);
    }

    private ObjectId Note(ObjectKind kind, ObjectId before, ObjectId after)
    {
        _known[before] = after;
        if (before != after)
            Changed.Add((kind, before, after));
        return after;
    }
}
