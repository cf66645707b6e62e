using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Branches;

namespace Mig.Versions.Tags;

/// <summary>Makes and deletes tags.</summary>
public sealed class TagEditor(Repository repository)
{
    /// <summary>Names an object.</summary>
    /// <param name="name">The tag.</param>
    /// <param name="revision">What it names.</param>
    /// <param name="message">The message of an annotated tag; null for a name alone.</param>
    /// <param name="force">Whether a tag of that name is moved.</param>
    /// <returns>Where the tag was before; null when it is new.</returns>
    /// <exception cref="ConflictException">There is a tag of that name.</exception>
    public ObjectId? Create(string name, string revision, string? message, bool force)
    {
        RefName tag = RefName.Tag(name);
        ObjectId? before = repository.Refs.Resolve(tag);
        if (before is not null && !force)
            throw new ConflictException($"tag '{name}' already exists; choose another name, or move it with --force");
        ResolvedRevision target = repository.Revisions.Resolve(revision);
        using FileLock retained = repository.Store.Retain();
        ObjectId id = message is null ? target.Id : Write(name, target, message);
        repository.Refs.Update(tag, before ?? default(ObjectId), id, ReflogSignature.Of(repository), $"tag: {name}");
        return before;
    }

    /// <summary>Takes in a tag that somebody else made, as it is.</summary>
    /// <param name="tag">What it says; its target is here.</param>
    /// <param name="force">Whether a tag of that name is moved.</param>
    /// <exception cref="ConflictException">There is a tag of that name.</exception>
    public void Take(Tag tag, bool force)
    {
        ArgumentNullException.ThrowIfNull(tag);
        RefName name = RefName.Tag(tag.Name);
        ObjectId? before = repository.Refs.Resolve(name);
        if (before is not null && !force)
            throw new ConflictException($"tag '{tag.Name}' already exists");
        using FileLock retained = repository.Store.Retain();
        repository.Refs.Update(name, before ?? default(ObjectId), Write(tag), ReflogSignature.Of(repository), $"tag: {tag.Name}");
    }

    /// <summary>Deletes a tag.</summary>
    /// <returns>What it named.</returns>
    /// <exception cref="NotFoundException">There is no such tag.</exception>
    public ObjectId Delete(string name)
    {
        RefName tag = RefName.Tag(name);
        if (repository.Refs.Resolve(tag) is not { } id)
        {
            IEnumerable<string> names = repository.Refs.List(RefName.TagPrefix, damaged: []).Select(found => found.Name.ShortName);
            throw new NotFoundException($"tag '{name}' not found.{NearNames.Suggest(name, names)}");
        }

        repository.Refs.Delete(tag, id, ReflogSignature.Of(repository), "tag: deleted");
        return id;
    }

    private ObjectId Write(string name, ResolvedRevision target, string message)
    {
        string text = MessageText.Clean(message);
        if (text.Length == 0)
            throw new UsageException("the message is empty; say with -m what this tag is for");
        var tag = new Tag
        {
            Target = target.Id, TargetKind = target.Kind, Name = name, Tagger = repository.Identity.Committer(),
            Message = text
        };
        return Write(tag);
    }

    private ObjectId Write(Tag tag)
    {
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        writer.EndContent();
        ObjectId id = writer.AddObject(ObjectKind.Tag, tag.Encode());
        writer.Complete();
        return id;
    }
}
