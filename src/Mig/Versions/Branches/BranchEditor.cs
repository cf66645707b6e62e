using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;

namespace Mig.Versions.Branches;

/// <summary>
/// Lists, makes, moves, renames and deletes branches, with Git's safety. May be used from several threads; other processes may move them,
/// too.
/// </summary>
public sealed class BranchEditor(Repository repository)
{
    private const string Section = "branch";

    /// <summary>Returns the branches as they are now, sorted by name.</summary>
    /// <exception cref="CorruptStoreException">The file of one is damaged.</exception>
    public IReadOnlyList<Ref> List() => repository.Refs.List(RefName.BranchPrefix);

    /// <summary>Makes a branch.</summary>
    /// <param name="branch">Its name, without <c>refs/heads/</c>.</param>
    /// <param name="start">Where it begins: a revision.</param>
    /// <param name="force">Whether a branch of that name is moved.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="NotFoundException">There is no such revision.</exception>
    /// <exception cref="ConflictException">There is a branch of that name, or HEAD is on the one to be moved.</exception>
    public CommitId Create(string branch, string start = "HEAD", bool force = false)
    {
        RefName name = RefName.Branch(branch);
        bool exists = repository.Refs.Resolve(name) is not null;
        if (exists && !force)
            throw Exists(branch);
        if (force && repository.Refs.ReadHead().Branch == name)
            throw new ConflictException($"HEAD is on branch '{branch}', so it cannot be moved; check out another one first");
        CommitId commit = repository.Revisions.ResolveCommit(start);
        string reason = exists ? $"branch: Reset to {start}" : $"branch: Created from {start}";
        repository.Refs.Update(name, force ? null : default(ObjectId), commit.Value, ReflogSignature.Of(repository), reason);
        return commit;
    }

    /// <summary>Deletes a branch.</summary>
    /// <param name="force">Whether it may hold commits that its upstream, or else HEAD, does not have.</param>
    /// <returns>Where it was.</returns>
    /// <exception cref="NotFoundException">There is no such branch.</exception>
    /// <exception cref="ConflictException">HEAD is on it, or it is not merged.</exception>
    public ObjectId Delete(string branch, bool force = false)
    {
        RefName name = Existing(branch);
        Head head = repository.Refs.ReadHead();
        if (head.Branch == name)
            throw new ConflictException($"HEAD is on branch '{branch}', so it cannot be deleted; check out another one first");
        ObjectId tip = repository.Refs.Resolve(name) ?? throw NotFound(branch);
        if (!force && !IsMerged(branch, tip, head))
            throw new ConflictException($"the branch '{branch}' is not fully merged; 'mig branch -D {branch}' deletes it all the same");
        repository.Refs.BeginTransaction(ReflogSignature.Of(repository))
            .Delete(name, tip, "branch: deleted")
            .Configure(document => document.RemoveSection(Section, branch))
            .Commit();
        return tip;
    }

    /// <summary>Deletes a tracking branch, such as <c>origin/web</c>; the next fetch brings it back as long as it is there.</summary>
    /// <returns>Where it was.</returns>
    /// <exception cref="NotFoundException">There is no such tracking branch.</exception>
    public ObjectId DeleteTracking(string branch)
    {
        RefName name = RefName.Parse(RefName.RemotePrefix + branch);
        ObjectId tip = repository.Refs.Resolve(name)
            ?? throw new NotFoundException(
                $"remote-tracking branch '{branch}' not found.{NearNames.Suggest(branch, Names(RefName.RemotePrefix))}");
        repository.Refs.Delete(name, null, ReflogSignature.Of(repository), "branch: deleted");
        return tip;
    }

    /// <summary>Renames a branch, with its log and its settings; HEAD stays on it.</summary>
    /// <param name="from">Null for the one that HEAD is on.</param>
    /// <param name="force">Whether a branch of the new name is replaced.</param>
    public void Rename(string? from, string to, bool force = false)
    {
        Head head = repository.Refs.ReadHead();
        string old = from ?? head.Branch?.ShortName ?? throw new UsageException("HEAD is on no branch; name the one to rename");
        RefName name = Existing(old), newName = RefName.Branch(to);
        if (repository.Refs.Resolve(name) is null && head.Branch != name)
            throw NotFound(old);
        if (name == newName)
            return;
        if (!force && repository.Refs.Resolve(newName) is not null)
            throw Exists(to);
        repository.Refs.BeginTransaction(ReflogSignature.Of(repository)).Rename(name, newName, force).Configure(document =>
        {
            if (document.Entries.Any(entry => entry.Key.Section == Section && entry.Key.Subsection == old))
            {
                document.RemoveSection(Section, to);
                document.RenameSection(Section, old, Section, to);
            }
        }).Commit();
    }

    internal static ConflictException Exists(string branch) =>
        new($"a branch named '{branch}' already exists; choose another name, or move it with --force");

    // An older mig made branches of names that none may have now.
    private RefName Existing(string branch) =>
        RefName.TryParse(RefName.BranchPrefix + branch, out RefName? name) ? name : throw NotFound(branch);

    private NotFoundException NotFound(string branch) =>
        new($"branch '{branch}' not found.{NearNames.Suggest(branch, Names(RefName.BranchPrefix))}");

    private IEnumerable<string> Names(string prefix) => repository.Refs.List(prefix, damaged: []).Select(found => found.Name.ShortName);

    private bool IsMerged(string branch, ObjectId tip, Head head)
    {
        ObjectId? into = FindUpstream(branch) ?? head.Id;
        return into is { } id && repository.Walk.IsAncestor(new CommitId(tip), new CommitId(id));
    }

    private ObjectId? FindUpstream(string branch)
    {
        try
        {
            return repository.Revisions.ResolveCommit($"{branch}@{{upstream}}").Value;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
