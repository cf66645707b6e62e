using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Remotes;
using Mig.Store;
using Mig.Store.Checks;
using Mig.Store.Collection;
using Mig.Store.Locks;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Care.Checks;

/// <summary>
/// Brings back from another repository what is damaged or missing in this one: exactly those objects, by their ids, so that it does not
/// matter what the other one has besides. New packs are whole and durable before a damaged one goes, and none goes as long as something is
/// missing. Killed at any step, the next run goes on.
/// </summary>
public sealed class RepositoryRepair(Repository repository)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="source">A remote's name or an address.</param>
    /// <exception cref="RemoteException">The other repository cannot be reached, or what it sent does not hold.</exception>
    /// <exception cref="ConflictException">A collection is under way, or others use what is to go.</exception>
    public RepairReport Run(string source, IProgressSink progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var configuration = new RemoteConfiguration(repository);
        Remote remote = configuration.Read(source);
        RemoteAddress address = configuration.AddressOf(remote.FetchUrl);
        HostFiles.CreateFolder(Path.Combine(repository.Folder, "locks"));
        using FileLock alone = FileLock.Acquire(
            Path.Combine(repository.Folder, "locks", "gc"), "garbage collection of this repository", TimeSpan.Zero);
        ObjectStore store = repository.Store;
        Look(progress, cancellation);
        int indexed = store.HasDamagedIndexes ? PackIndexer.Run(store, cancellation) : 0;
        if (indexed > 0)
            Look(progress, cancellation);

        using RemoteRepository connection = new RemoteAccess(repository, repository.Context)
            .Open(remote.Name, address, isNamed: true, cancellation);
        long brought = 0;
        IReadOnlyList<(ObjectId Id, ObjectKind Kind)> missing;
        using (store.Retain())
        {
            // Below a directory that comes there may be more.
            while ((missing = NeededObjects.FindMissing(repository, cancellation)).Count > 0)
            {
                long came = connection.FetchObjects(store, repository.StoreOptions, missing, progress, cancellation);
                brought += came;
                if (came == 0)
                    break;
            }

            // Nothing needs these, so what the other side does not have is no loss.
            if (missing.Count == 0)
                brought += connection.FetchObjects(store, repository.StoreOptions, store.ListDamaged(), progress, cancellation);
        }

        int removed = missing.Count == 0 ? DamageRemover.Run(store, repository.StoreOptions, Patience, progress, cancellation) : 0;
        return new RepairReport(address.Text, brought, missing.Count, removed, indexed);
    }

    private void Look(IProgressSink progress, CancellationToken cancellation)
    {
        StoreCheckResult result = new StoreCheck(repository.Store, isQuick: false, progress)
            .Run(repository.Context.Parallelism, cancellation);
        repository.Store.LeaveOutDamagedIndexes(result);
        repository.Store.NoteDamage(result, clock: null);
    }
}
