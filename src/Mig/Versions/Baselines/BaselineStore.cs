using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Machines.Baselines;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Store.Packs;
using Mig.Versions.Branches;

namespace Mig.Versions.Baselines;

/// <summary>
/// The baselines of a repository: each a content that <c>refs/baselines/NAME</c> leads to, so that a collection keeps it, a push can take
/// it along, and its log knows the ones before.
/// </summary>
public sealed class BaselineStore(Repository repository)
{
    /// <summary>What the names of their refs begin with.</summary>
    public const string Prefix = "refs/baselines/";

    /// <summary>Keeps a baseline, in the place of one of the same name.</summary>
    /// <returns>Whether it is new, or another than before.</returns>
    /// <exception cref="UsageException">It is no baseline, or the name cannot be one.</exception>
    public bool Set(string name, ReadOnlyMemory<byte> content)
    {
        RefName place = NameOf(name);
        Check(content.Length, name);
        Baseline.Parse(content, $"baseline {name}", null);
        using FileLock retained = repository.Store.Retain();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        var id = new BlobId(ObjectId.Of(content.Span));
        writer.AddBlob(id, content.Span, new OrderKey(0, 0, 0));
        writer.Complete();
        ObjectId? before = repository.Refs.Resolve(place);
        if (before == id.Value)
            return false;
        repository.Refs.Update(place, before ?? default(ObjectId), id.Value, ReflogSignature.Of(repository), $"baseline: set {name}");
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
        if (repository.Store.Find(id) is not { Kind: ObjectKind.Blob } found)
            throw new UsageException($"{Prefix}{name} leads to no text, so it is no baseline; 'mig baseline set' makes one");
        Check(found.Length, name);
        return repository.Store.ReadBlob(new BlobId(id));
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

    private static void Check(long length, string name)
    {
        if (length > Baseline.MaxSize)
            throw new UsageException($"baseline {name} has {length} bytes; at most {Baseline.MaxSize} are allowed");
    }

    private static RefName NameOf(string name) => !name.StartsWith('-') && RefName.TryParse(Prefix + name, out RefName? place) ? place
        : throw new UsageException($"'{name}' cannot be the name of a baseline; what a branch may be called, a baseline may, too");
}
