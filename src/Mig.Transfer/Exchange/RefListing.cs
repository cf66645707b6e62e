using Mig.Core;
using Mig.History.Refs;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>Asks for the refs of the other side, page by page where it gives pages, and believes nothing about their names, their order or their end.</summary>
internal sealed class RefListing(ITransport transport, HelloMessage server, int maxRefs)
{
    private readonly List<RemoteRef> _refs = [];
    private long _bytes;

    /// <param name="prefixes">Only refs whose names begin with one of these are needed; null for all. A server that knows no prefixes sends more, which is left out.</param>
    /// <exception cref="RemoteException">There are too many, or what came cannot be.</exception>
    public RemoteListing Run(IReadOnlyList<string>? prefixes, CancellationToken cancellation)
    {
        bool isPaged = server.Features?.Contains(HelloMessage.RefsInPages) == true;
        var request = new RequestMessage(Verbs.Refs) { Paged = isPaged, Prefixes = isPaged ? prefixes : null };
        RefsMessage page = Ask(request, isPaged, cancellation);
        (string? headTarget, string? headId) = (page.HeadTarget, page.HeadId);
        Take(page, isPaged);
        while (isPaged && page.More)
        {
            page = Ask(request with { After = _refs[^1].Name.Value }, isPaged, cancellation);
            Take(page, isPaged);
        }

        if (!isPaged)
            _refs.Sort((a, b) => a.Name.CompareTo(b.Name));
        if (prefixes is not null)
            _refs.RemoveAll(found => !prefixes.Any(prefix => found.Name.Value.StartsWith(prefix, StringComparison.Ordinal)));
        return new RemoteListing(headTarget is null ? null : ParseName(headTarget), ParseId(headId), _refs);
    }

    private RefsMessage Ask(RequestMessage request, bool isPaged, CancellationToken cancellation) => PersistentCall.Run(transport, () => transport.Call(
        request,
        _ => { },
        reader =>
        {
            reader.Expect(RecordType.Json, isPaged ? ProtocolLimits.MaxRefsPage : ProtocolLimits.MaxJson);
            RefsMessage message = reader.ParseJson(ProtocolJson.Default.RefsMessage);
            _bytes += reader.Payload.Length;
            reader.ExpectEnd();
            return message;
        },
        cancellation), cancellation);

    private void Take(RefsMessage page, bool isPaged)
    {
        if (page.Refs is null || (page.More && page.Refs.Count == 0))
            throw new RemoteException("REMOTE-015", $"{transport.Peer} sent a page without refs, and says that more follow");
        if (_refs.Count + page.Refs.Count > maxRefs || _bytes > ProtocolLimits.MaxRefsBytes)
            throw new RemoteException("REMOTE-017", $"{transport.Peer} has more than {maxRefs} refs, or more than {ProtocolLimits.MaxRefsBytes} bytes of them; if they are yours, set transfer.maxRefs, or delete some there");
        foreach (RefMessage? item in page.Refs)
        {
            var found = new RemoteRef(ParseName(item?.Name), ParseId(item?.Id ?? "")!.Value, ParseId(item?.Peeled));
            if (isPaged && _refs.Count > 0 && found.Name.CompareTo(_refs[^1].Name) <= 0)
                throw new RemoteException("REMOTE-015", $"{transport.Peer} sent {found.Name} after {_refs[^1].Name}, out of order");
            _refs.Add(found);
        }
    }

    // Names become files here: none may lead out of the folder of refs.
    private RefName ParseName(string? text) => text is not null && RefName.TryParse(text, out RefName? name) && text.StartsWith("refs/", StringComparison.Ordinal)
        ? name
        : throw new RemoteException("REMOTE-015", $"{transport.Peer} has a ref named '{RemoteText.Quote(text ?? "")}', which no ref can be");

    private ObjectId? ParseId(string? text) => text is null ? null
        : ObjectId.TryParse(text, out ObjectId id) && !id.IsNull ? id : throw new RemoteException("REMOTE-015", $"{transport.Peer} has a ref at '{RemoteText.Quote(text)}', which is no id");
}
