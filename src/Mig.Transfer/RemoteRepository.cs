using Mig.Core;
using Mig.Store;
using Mig.Transfer.Addresses;
using Mig.Transfer.Exchange;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer;

/// <summary>
/// Another repository, reached over a folder, ssh or HTTP with one protocol. For one thread; other processes may use the same repository.
/// </summary>
public sealed class RemoteRepository : IDisposable
{
    private readonly ITransport _transport;
    private readonly int _maxRefs;
    private HelloMessage? _server;

    private RemoteRepository(ITransport transport, RemoteOptions options) => (_transport, _maxRefs) = (transport, options.MaxRefs);

    /// <summary>Connects.</summary>
    /// <exception cref="RemoteException">It cannot be reached, refuses, or is no repository.</exception>
    public static RemoteRepository Open(RemoteAddress address, RemoteOptions options, CancellationToken cancellation = default)
    {
        RemoteRepository remote = OpenForContent(address, options);
        try
        {
            remote.Greet(cancellation);
            return remote;
        }
        catch
        {
            remote.Dispose();
            throw;
        }
    }

    /// <summary>Gets ready to connect. Contents come without a greeting, which would cost them a round trip.</summary>
    public static RemoteRepository OpenForContent(RemoteAddress address, RemoteOptions options)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        return new RemoteRepository(address.Kind switch
        {
            RemoteKind.Folder => FolderTransport.Open(address.Path, options),
            RemoteKind.Ssh => SshTransport.Open(address, options),
            _ => new HttpTransport(address, options),
        }, options);
    }

    /// <summary>Asks for the refs.</summary>
    /// <param name="prefixes">Only refs whose names begin with one of these; null for all.</param>
    public RemoteListing ListRefs(IReadOnlyList<string>? prefixes = null, CancellationToken cancellation = default) =>
        ListRefs(new RefsQuery { Prefixes = prefixes }, cancellation);

    /// <inheritdoc cref="ListRefs(IReadOnlyList{string}?, CancellationToken)"/>
    public RemoteListing ListRefs(RefsQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return new RefListing(_transport, Greet(cancellation), _maxRefs).Run(query, cancellation);
    }

    /// <summary>Brings what <paramref name="store"/> lacks; when it returns, all of it is durable.</summary>
    /// <exception cref="RemoteException">The connection broke, or the other side sent what does not hold. Contents that did come are kept;
    /// no manifest is.</exception>
    public FetchReport Fetch(ObjectStore store, StoreOptions options, FetchRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Wants.Count == 0)
            return new FetchReport(TransferReport.Nothing, request.Shallow);
        using var session = new FetchSession(_transport, store, options, request, cancellation);
        return session.Run();
    }

    /// <summary>Brings contents that a partial clone left out.</summary>
    /// <param name="store">Gets them: a cache, whose packs go one by one.</param>
    public TransferReport FetchContent(ObjectStore store, StoreOptions options, IReadOnlySet<ObjectId> blobs, IProgressSink progress,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        long before = _transport.WireBytes;
        ContentFetch.Result result = ContentFetch.Run(
            _transport, store, blobs, options.Parallelism, progress, mergesIndexes: false, cancellation);
        return new TransferReport(result.Objects, result.Bytes, result.StoredBytes, _transport.WireBytes - before);
    }

    /// <summary>Brings single objects by their ids, as far as the other side has them.</summary>
    /// <returns>How many came.</returns>
    public long FetchObjects(ObjectStore store, StoreOptions options, IReadOnlyCollection<(ObjectId Id, ObjectKind Kind)> objects,
        IProgressSink progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objects);
        return objects.Count == 0 ? 0 : new ObjectFetch(_transport, store, options, progress, cancellation).Run(objects);
    }

    /// <summary>Sends what the other side lacks, then has it move its refs.</summary>
    /// <exception cref="UsageException">The other side says that it does not take as much.</exception>
    public PushReport Push(ObjectStore store, PushRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new PushSession(_transport, Greet(cancellation), store, request, cancellation)
            .Run(request.Remote ?? ListRefs(cancellation: cancellation));
    }

    public void Dispose() => _transport.Dispose();

    private HelloMessage Greet(CancellationToken cancellation) => _server ??= HelloCall.Ask(_transport, cancellation);
}
