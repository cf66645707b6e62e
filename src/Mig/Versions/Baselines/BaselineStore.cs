using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Machines.Baselines;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Store.Packs;
using Mig.Versions.Branches;
using Mig.Versions.Commits;

namespace Mig.Versions.Baselines;

/// <summary>
/// The baselines of a repository: each a version without disks that <c>refs/baselines/NAME</c> leads to, whose attachment is the text. So
/// it has a history, a collection keeps it, and a push can take it along.
/// </summary>
public sealed class BaselineStore(Repository repository)
{
    /// <summary>What the names of their refs begin with.</summary>
    public const string Prefix = "refs/baselines/";

    private const string FileName = "baseline";

    /// <summary>Keeps a baseline, in the place of one of the same name.</summary>
    /// <returns>Whether it is new, or another than before.</returns>
    /// <exception cref="UsageException">It is no baseline, or the name cannot be one.</exception>
    public bool Set(string name, ReadOnlyMemory<byte> content)
    {
        RefName place = NameOf(name);
        Check(content.Length, name);
        Baseline.Parse(content, $"baseline {name}", null);
        ObjectId? before = repository.Refs.Resolve(place);
        if (before is { } there && Find(there) is { Sha256: { } known } && known == ObjectId.Of(content.Span))
            return false;
        var publication = new Publication(repository, PublicationHooks.None);
        using FileLock retained = repository.Store.Retain();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var blob = new BlobId(ObjectId.Of(content.Span));
        writer.AddBlob(blob, content.Span, new OrderKey(0, 0, 0));
        writer.EndContent();
        TreeEntry entry = ImageAttachments.Entry(FileName, content.Length, blob.Value, null);
        var commit = new Commit
        {
            Image = new MachineImage([]) { Attachments = ImageAttachments.Write(writer, [entry]) }.Write(writer),
            Parents = before is { } parent ? [new CommitId(parent)] : [],
            Author = publication.Author,
            Committer = publication.Committer,
            Message = $"baseline: set {name}\n",
        };
        var id = new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode()));
        writer.Complete();
        publication.Move(place, before ?? default(ObjectId), id, $"baseline: set {name}");
        publication.Complete([id]);
        return true;
    }

    /// <summary>Returns the names, in order.</summary>
    public IReadOnlyList<string> List() => [.. repository.Refs.List(Prefix).Select(found => found.Name.Value[Prefix.Length..])];

    /// <summary>Returns the text of a baseline.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    /// <exception cref="UsageException">What has its name is no baseline.</exception>
    public byte[] ReadText(string name)
    {
        ObjectId id = repository.Refs.Resolve(NameOf(name))
            ?? throw new NotFoundException($"there is no baseline '{name}'.{NearNames.Suggest(name, List())}");
        TreeEntry entry = Find(id)
            ?? throw new UsageException($"{Prefix}{name} leads to no text, so it is no baseline; 'mig baseline set' makes one");
        Check(entry.Size, name);
        return entry.Size == 0 ? [] : repository.Store.ReadBlob(new BlobId(entry.Sha256!.Value));
    }

    /// <inheritdoc cref="ReadText"/>
    public Baseline Read(string name) => Baseline.Parse(ReadText(name), $"baseline {name}", null);

    /// <summary>Tells whether there is one of a name.</summary>
    public bool Contains(string name) =>
        RefName.TryParse(Prefix + name, out RefName? place) && repository.Refs.Resolve(place) is not null;

    /// <summary>Forgets a baseline.</summary>
    /// <exception cref="NotFoundException">There is none of that name.</exception>
    public void Drop(string name)
    {
        RefName place = NameOf(name);
        ObjectId id = repository.Refs.Resolve(place)
            ?? throw new NotFoundException($"there is no baseline '{name}'.{NearNames.Suggest(name, List())}");
        repository.Refs.Delete(place, id, ReflogSignature.Of(repository), "baseline: dropped");
    }

    // The text in a version; null when it has none, or one that is beyond what 'set' makes.
    private TreeEntry? Find(ObjectId id)
    {
        (ObjectId found, ObjectKind? kind) = repository.Objects.Peel(id);
        return kind != ObjectKind.Commit ? null
            : ImageAttachments.Read(repository.Store, repository.Objects.ReadImage(repository.Objects
                .ReadCommit(new CommitId(found)).Image))
                .FirstOrDefault(entry => ImageAttachments.NameOf(entry) == FileName && entry is { List: null, Sha256: not null });
    }

    private static void Check(long length, string name)
    {
        if (length > Baseline.MaxSize)
            throw new UsageException($"baseline {name} has {length} bytes; at most {Baseline.MaxSize} are allowed");
    }

    private static RefName NameOf(string name) => !name.StartsWith('-') && RefName.TryParse(Prefix + name, out RefName? place) ? place
        : throw new UsageException($"'{name}' cannot be the name of a baseline; what a branch may be called, a baseline may, too");
}
