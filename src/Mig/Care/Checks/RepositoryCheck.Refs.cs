using Mig.Core;
using Mig.History.Refs;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Care.Checks;

/// <content>Refs, what they stand for, and their logs.</content>
public sealed partial class RepositoryCheck
{
    private void CheckRefs(ObjectStore store)
    {
        var damaged = new List<CorruptStoreException>();
        foreach (Ref item in repository.Refs.List("refs/", damaged))
        {
            _refCount++;
            AddRoot(store, item.Id, item.Name.Value);
            CheckBranch(store, item);
        }

        damaged.ForEach(Report);
        CheckSymbolicRefs();
        try
        {
            _refCount++;
            Head head = repository.Refs.ReadHead();
            if (head.Branch is { IsBranch: false } strange)
                Report(new CorruptStoreException(
                    "HIST-017", $"HEAD stands for {strange}, which is not a branch; 'mig checkout <branch>' sets it again"));
            if (head is { IsDetached: true, Id: { } detached } && store.TryFindSound(detached, out ObjectLocation found)
                && found.Kind != ObjectKind.Commit)
                Report(new CorruptStoreException(
                    "HIST-017",
                    $"HEAD is on {ObjectHeader.NameOf(found.Kind)} {detached}, which is not a commit; 'mig checkout <branch>' sets it "
                        + "again"));
            if (head.Id is { } id)
                AddRoot(store, id, "HEAD");
            else if (_pending.Count > 0)
                _warnings.Add(
                    $"HEAD is on {head.Branch}, which has no commit, although there are other refs: 'mig checkout <branch>' goes to one "
                    + "of them");
        }
        catch (CorruptStoreException e)
        {
            Report(e);
        }

        IReadOnlyList<RefName> logs = repository.Refs.ListLogs();
        if (_pending.Count > 0 && !logs.Contains(RefName.Head))
            _warnings.Add("HEAD has no reflog: where it was before is not known");
        foreach (RefName name in logs)
        {
            try
            {
                CheckLog(store, name);
            }
            catch (CorruptStoreException e)
            {
                Report(e);
            }
        }

        HashSet<RefName> logged = [.. logs];
        foreach (Ref branch in repository.Refs.List(RefName.BranchPrefix, damaged)
            .Where(branch => branch.Target is null && !logged.Contains(branch.Name)))
            _warnings.Add($"{branch.Name} has no reflog: where it was before is not known");
    }

    private void CheckBranch(ObjectStore store, Ref item)
    {
        if (item.Name.IsBranch && store.TryFindSound(item.Id, out ObjectLocation location) && location.Kind != ObjectKind.Commit)
            Report(new CorruptStoreException(
                "HIST-017",
                $"{item.Name} is on {ObjectHeader.NameOf(location.Kind)} {item.Id}, which is not a commit; 'mig branch -f "
                + $"{item.Name.ShortName} <commit>' sets it again"));
        if (item.Name.IsBranchHead)
            _warnings.Add(
                $"{item.Name} is a branch called HEAD, which commands take for HEAD: 'mig branch -m HEAD <name>' gives it another name");
    }

    private void CheckSymbolicRefs()
    {
        foreach (RefName name in repository.Refs.ListNames("refs/"))
        {
            try
            {
                if (repository.Refs.ReadSymbolic(name) is { } target && repository.Refs.Resolve(name) is null)
                    _warnings.Add(
                        $"{name} stands for {target}, which does not exist: 'mig branch -d -r {name.ShortName}' deletes it, if it is a "
                        + "tracking branch");
            }
            catch (CorruptStoreException)
            {
                // Named already.
            }
        }
    }

    // A log and its ref move together. So where they differ, an older mig was killed in between, or a file is not what it was.
    private void CheckLog(ObjectStore store, RefName name)
    {
        IReadOnlyList<ReflogEntry> entries = repository.Refs.ReadLog(name);
        foreach (ReflogEntry entry in entries)
        {
            if (!entry.After.IsNull)
                AddRoot(store, entry.After, $"the reflog of {name}");
        }

        if (entries.Count == 0)
        {
            _warnings.Add($"the reflog of {name} is empty: where it was before is not known");
            return;
        }

        ObjectId? now = repository.Refs.Resolve(name);
        if ((now ?? default) != entries[0].After)
            _warnings.Add(
                $"{name} is {(now is { } id ? $"at {id}" : "gone")}, its reflog says {entries[0].After}: one of the two files is not what "
                + "it was, or an older mig was killed as it moved the ref");
    }
}
