using System.Text.Json.Serialization.Metadata;
using Mig.Core;
using Mig.History.Refs;
using Mig.Store;
using Mig.Transfer.Addresses;
using Mig.Transfer.Exchange;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer;

/// <summary>Another repository, reached over a folder, ssh or HTTP with one protocol. For one thread; other processes may use the same repository.</summary>
public sealed class RemoteRepository : IDisposable
{
    private readonly ITransport _transport;

    private RemoteRepository(ITransport transport) => _transport = transport;

    /// <summary>Connects.</summary>
    /// <exception cref="RemoteException">It cannot be reached, refuses, or is no repository.</exception>
    public static RemoteRepository Open(RemoteAddress address, RemoteOptions options)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        ITransport transport = address.Kind switch
        {
            RemoteKind.Folder => FolderTransport.Open(address.Path, options.ServeFolder),
            RemoteKind.Ssh => SshTransport.Open(address, options),
            _ => new HttpTransport(address, options),
        };
        try
        {
            var remote = new RemoteRepository(transport);
            remote.Greet();
            return remote;
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    public RemoteListing ListRefs(CancellationToken cancellation = default)
    {
        RefsMessage message = Ask(Verbs.Refs, ProtocolJson.Default.RefsMessage, cancellation);
        List<RemoteRef> list = [.. (message.Refs ?? []).Select(item => new RemoteRef(ParseName(item?.Name), ParseId(item?.Id ?? "")!.Value, ParseId(item?.Peeled)))];
        list.Sort((a, b) => a.Name.CompareTo(b.Name));
        return new RemoteListing(message.HeadTarget is null ? null : ParseName(message.HeadTarget), ParseId(message.HeadId), list);
    }

    /// <summary>Brings what <paramref name="store"/> lacks; when it returns, all of it is durable.</summary>
    /// <exception cref="RemoteException">The connection broke, or the other side sent what does not hold. Contents that did come are kept; no manifest is.</exception>
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
    public TransferReport FetchContent(ObjectStore store, StoreOptions options, IReadOnlySet<ObjectId> blobs, IProgressSink progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        long before = _transport.WireBytes;
        ContentFetch.Result result = ContentFetch.Run(_transport, store, blobs, options.Parallelism, progress, mergesIndexes: false, cancellation);
        return new TransferReport(result.Objects, result.Bytes, result.StoredBytes, _transport.WireBytes - before);
    }

    /// <summary>Sends what the other side lacks, then has it move its refs.</summary>
    public PushReport Push(ObjectStore store, PushRequest request, CancellationToken cancellation = default) =>
        new PushSession(_transport, store, request, cancellation).Run(ListRefs(cancellation));

    public void Dispose() => _transport.Dispose();

    private void Greet()
    {
        HelloMessage hello = Ask(Verbs.Hello, ProtocolJson.Default.HelloMessage, CancellationToken.None);
        if (hello.Protocol != ProtocolLimits.Version)
            throw new RemoteException("REMOTE-003", $"{_transport.Peer} speaks version {hello.Protocol} of the protocol, this mig speaks {ProtocolLimits.Version}; update the older one");
    }

    // A question without more to say, and an answer of one record.
    private T Ask<T>(string verb, JsonTypeInfo<T> answer, CancellationToken cancellation) => _transport.Call(
        new RequestMessage(verb),
        _ => { },
        reader =>
        {
            reader.Expect(RecordType.Json);
            T message = reader.ParseJson(answer);
            reader.ExpectEnd();
            return message;
        },
        cancellation);

    // Names become files here: none may lead out of the folder of refs.
    private RefName ParseName(string? text) => text is not null && RefName.TryParse(text, out RefName? name) && text.StartsWith("refs/", StringComparison.Ordinal)
        ? name
        : throw new RemoteException("REMOTE-015", $"{_transport.Peer} has a ref named '{text}', which no ref can be");

    private ObjectId? ParseId(string? text) => text is null ? null
        : ObjectId.TryParse(text, out ObjectId id) && !id.IsNull ? id : throw new RemoteException("REMOTE-015", $"{_transport.Peer} has a ref at '{text}', which is no id");
}
