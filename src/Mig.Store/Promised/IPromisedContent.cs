using Mig.Core;

namespace Mig.Store.Promised;

/// <summary>Another place that has the contents which this store left out.</summary>
public interface IPromisedContent : IDisposable
{
    /// <summary>Brings blobs into a store, verified; when it returns, all of them are there.</summary>
    /// <exception cref="RemoteException">The place cannot be reached, or does not have them.</exception>
    void Fetch(IReadOnlySet<ObjectId> blobs, ObjectStore into);
}
