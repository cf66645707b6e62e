using Mig.Core;
using Mig.Store;
using Mig.Transfer.Addresses;

namespace Mig.Transfer;

/// <summary>Another repository, reached over a folder, ssh or HTTP with one protocol. For one thread; other processes may use the same repository.</summary>
public sealed class RemoteRepository : IDisposable
{
    /// <summary>Connects.</summary>
    /// <exception cref="RemoteException">It cannot be reached, refuses, or is no repository.</exception>
    public static RemoteRepository Open(RemoteAddress address, RemoteOptions options) => throw new NotImplementedException();

    public RemoteListing ListRefs(CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Brings what <paramref name="store"/> lacks; when it returns, all of it is durable.</summary>
    public FetchReport Fetch(ObjectStore store, StoreOptions options, FetchRequest request, CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <summary>Sends what the other side lacks, then has it move its refs.</summary>
    public PushReport Push(ObjectStore store, PushRequest request, CancellationToken cancellation = default) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
