using Mig.Core;
using Mig.History.Refs;
using Mig.Store;
using Mig.Transfer.Exchange;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Serving;

/// <summary>
/// Lists refs, page by page: whoever pushes many must not make the list longer than others can read. A list that the client has is not sent
/// again.
/// </summary>
internal sealed class RefPager(ObjectStore store, RefStore refs, IReceiveAccess access)
{
    // Leaves room for HEAD and for what stands around the list.
    private const long MostBytes = ProtocolLimits.MaxJson / 4 * 3;

    private readonly CommitGraph _graph = new(store);

    /// <exception cref="UsageException">The request is malformed; or it wants all refs at once, and there are too many for
    /// that.</exception>
    public RefsMessage Read(RequestMessage request)
    {
        if (request.Prefixes?.Count > ProtocolLimits.MaxPrefixes || request.Prefixes?.Contains(null!) == true)
            throw new UsageException($"{request.Prefixes.Count} prefixes in a request, at most {ProtocolLimits.MaxPrefixes} allowed");
        if (request.Names?.Count > ProtocolLimits.MaxPrefixes || request.Names?.Contains(null!) == true)
            throw new UsageException($"{request.Names.Count} names in a request, at most {ProtocolLimits.MaxPrefixes} allowed");
        IEnumerable<RemoteRef> chosen = Choose(request);
        Head head = refs.ReadHead();
        bool showsHead = head.Branch is null || access.MayRead(head.Branch);
        (string? headTarget, ObjectId? headId) = showsHead ? (head.Branch?.Value, head.Id) : (null, null);
        if (request.Known is not null)
        {
            // What this reader may see, now: whoever lost the right to something is not told that it is as it was.
            List<RemoteRef> all = [.. chosen];
            using var digest = new ListingDigest(headTarget, headId);
            all.ForEach(item => digest.Add(item.Name.Value, item.Id, item.Peeled));
            if (digest.Finish() == request.Known)
                return new RefsMessage([]) { Unchanged = true, Total = refs.ListNames("refs/").Count };
            chosen = all;
        }

        (List<RefMessage> page, bool hasMore) = Fill(chosen, request.Paged);
        return new RefsMessage(page)
        {
            HeadTarget = headTarget, HeadId = headId?.ToString(), More = hasMore, Total = request.Paged
            && request.After is null ? refs.ListNames("refs/").Count : 0
        };
    }

    private IEnumerable<Ref> Named(string text, RefName? after) =>
        RefName.TryParse(text, out RefName? name) && text.StartsWith("refs/", StringComparison.Ordinal) && (after is null || name > after)
            && refs.Read(name) is { } found ? [found] : [];

    private static (List<RefMessage> Page, bool HasMore) Fill(IEnumerable<RemoteRef> chosen, bool isPaged)
    {
        var page = new List<RefMessage>();
        long bytes = 0;
        foreach (RemoteRef item in chosen)
        {
            if (isPaged && RefPage.IsFull(page.Count, bytes))
                return (page, true);
            bytes += RefPage.SizeOf(item.Name.Value);
            if (bytes > MostBytes)
                throw new UsageException(
                    "this repository has too many refs for one answer; update your mig to one that asks for them in pages");
            page.Add(new RefMessage(item.Name.Value, item.Id.ToString(), item.Peeled?.ToString()));
        }

        return (page, false);
    }

    private IEnumerable<RemoteRef> Choose(RequestMessage request)
    {
        RefName? after = null;
        if (request.After is not null && !RefName.TryParse(request.After, out after))
            throw new UsageException($"'{RemoteText.Quote(request.After)}' is the name of no ref, after which a page could begin");
        var choice = new RefChoice(request.Prefixes ?? (request.Names is null ? ["refs/"] : []), request.Names ?? []);
        foreach (Ref found in choice.Parts.SelectMany(part => part.IsWhole ? Named(part.Text, after) : refs.Enumerate(part.Text, after)))
        {
            if (found.Target is not null || !access.MayRead(found.Name))
                continue;
            ObjectId? peeled = _graph.Peel(found.Id);
            yield return new RemoteRef(found.Name, found.Id, peeled == found.Id ? null : peeled);
        }
    }
}
