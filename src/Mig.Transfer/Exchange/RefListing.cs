using Mig.Core;
using Mig.History.Refs;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Asks for the refs of the other side, page by page where it gives pages, and believes nothing about their names, their order or their
/// end.
/// </summary>
internal sealed class RefListing(ITransport transport, HelloMessage server, int maxRefs)
{
    private readonly List<RemoteRef> _refs = [];
    private readonly HashSet<ObjectId> _present = [], _absent = [];
    private long _bytes;

    /// <param name="query">A server that knows no prefixes sends more, which is left out.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="RemoteException">There are too many, or what came cannot be.</exception>
    public RemoteListing Run(RefsQuery query, CancellationToken cancellation)
    {
        bool isPaged = server.Features?.Contains(HelloMessage.RefsInPages) == true;
        bool mayBeUnchanged = isPaged && server.Features?.Contains(HelloMessage.RefsUnchanged) == true;
        RefChoice? choice = query.Prefixes is null ? null : new RefChoice(query.Prefixes, query.Names);
        IReadOnlyList<ObjectId> asked = mayBeUnchanged ? query.Asked : [];
        var request = new RequestMessage(Verbs.Refs)
        {
            Paged = isPaged,
            Prefixes = !isPaged ? null : mayBeUnchanged ? choice?.Prefixes : choice?.Parts.Select(part => part.Text).ToList(),
            Names = mayBeUnchanged && choice?.Names is { Count: > 0 } names ? names : null,
        };
        RemoteListing? known = mayBeUnchanged ? query.Known : null;
        RefsMessage page = Ask(request with { Known = known is null ? null : ListingDigest.Of(known), Asked = asked.Count }, asked, isPaged,
            cancellation);
        int? total = mayBeUnchanged && page.Total >= 0 ? page.Total : null;
        if (page.Unchanged)
        {
            return known is not null
                ? known with { Total = total, Present = _present, Absent = _absent }
                : throw new RemoteException("REMOTE-015",
                    $"{transport.Peer} says that its refs are as they were, without having been told how they were");
        }

        (string? headTarget, string? headId) = (page.HeadTarget, page.HeadId);
        Take(page, isPaged);
        while (isPaged && page.More)
        {
            page = Ask(request with { After = _refs[^1].Name.Value }, [], isPaged, cancellation);
            Take(page, isPaged);
        }

        if (!isPaged)
            _refs.Sort((a, b) => a.Name.CompareTo(b.Name));
        if (choice is not null)
            _refs.RemoveAll(found => !choice.Contains(found.Name));
        return new RemoteListing(headTarget is null ? null : ParseName(headTarget), ParseId(headId), _refs)
        {
            Total = total,
            Present = _present, Absent = _absent
        };
    }

    private RefsMessage Ask(RequestMessage request, IReadOnlyList<ObjectId> asked, bool isPaged, CancellationToken cancellation) =>
        PersistentCall.Run(transport, () => transport.Call(
        request,
        writer =>
        {
            if (asked.Count > 0)
                writer.WriteIds([.. asked]);
        },
        reader =>
        {
            reader.Expect(RecordType.Json, isPaged ? ProtocolLimits.MaxRefsPage : ProtocolLimits.MaxJson);
            RefsMessage message = reader.ParseJson(ProtocolJson.Default.RefsMessage);
            _bytes += reader.Payload.Length;
            if (asked.Count > 0)
                TakeBits(reader, asked);
            reader.ExpectEnd();
            return message;
        },
        cancellation), cancellation);

    private void TakeBits(MessageReader reader, IReadOnlyList<ObjectId> asked)
    {
        reader.Expect(RecordType.Bits);
        ReadOnlySpan<byte> bits = reader.Payload.Span;
        if (bits.Length != (asked.Count + 7) / 8)
            throw reader.Unexpected($"{asked.Count} bits were expected");
        for (int i = 0; i < asked.Count; i++)
            ((bits[i / 8] & (1 << (i % 8))) != 0 ? _present : _absent).Add(asked[i]);
    }

    private void Take(RefsMessage page, bool isPaged)
    {
        if (page.Refs is null || (page.More && page.Refs.Count == 0))
            throw new RemoteException("REMOTE-015", $"{transport.Peer} sent a page without refs, and says that more follow");
        if (_refs.Count + page.Refs.Count > maxRefs || _bytes > ProtocolLimits.MaxRefsBytes)
            throw new RemoteException("REMOTE-017",
                $"{transport.Peer} has more than {maxRefs} refs, or more than {ProtocolLimits.MaxRefsBytes} bytes of them; if they are "
                + "yours, set transfer.maxRefs, or delete some there");
        foreach (RefMessage? item in page.Refs)
        {
            var found = new RemoteRef(ParseName(item?.Name), ParseId(item?.Id ?? "")!.Value, ParseId(item?.Peeled));
            if (isPaged && _refs.Count > 0 && found.Name.CompareTo(_refs[^1].Name) <= 0)
                throw new RemoteException("REMOTE-015", $"{transport.Peer} sent {found.Name} after {_refs[^1].Name}, out of order");
            _refs.Add(found);
        }
    }

    // Names become files here: none may lead out of the folder of refs.
    private RefName ParseName(string? text) =>
        text is not null && RefName.TryParse(text, out RefName? name) && text.StartsWith("refs/", StringComparison.Ordinal)
        ? name
        : throw new RemoteException("REMOTE-015",
            $"{transport.Peer} has a ref named '{RemoteText.Quote(text ?? "")}', which no ref can be");

    private ObjectId? ParseId(string? text) => text is null ? null
        : ObjectId.TryParse(text, out ObjectId id) && !id.IsNull ? id
            : throw new RemoteException("REMOTE-015", $"{transport.Peer} has a ref at '{RemoteText.Quote(text)}', which is not an id");
}
