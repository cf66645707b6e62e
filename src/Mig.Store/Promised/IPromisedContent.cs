using Mig.Core;

namespace Mig.Store.Promised;

/// <summary>Another place that has the contents which this store left out.</summary>
public interface IPromisedContent : IDisposable
{
    /// <summary>
    /// Brings blobs into a store, verified; when it returns, all of them are there. For one thread that somebody waits for, and one that
    /// works ahead, at once.
    /// </summary>
    /// <param name="isAhead">Whether nobody waits for them: then they do not stand in the way of what is waited for.</param>
    /// <exception cref="RemoteException">The place cannot be reached, or does not have them.</exception>
    void Fetch(IReadOnlySet<ObjectId> blobs, ObjectStore into, bool isAhead, CancellationToken cancellation);
}
