using Mig.Core;
using Mig.History.Refs;
using Mig.Store;
using Mig.Transfer.Exchange;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Serving;

/// <summary>Lists refs, page by page: whoever pushes many must not make the list longer than others can read.</summary>
internal sealed class RefPager(ObjectStore store, RefStore refs, IReceiveAccess access)
{
    // Leaves room for HEAD and for what stands around the list.
    private const long MostBytes = ProtocolLimits.MaxJson / 4 * 3;

    private readonly CommitGraph _graph = new(store);

    /// <exception cref="UsageException">The request is malformed; or it wants all refs at once, and there are too many for that.</exception>
    public RefsMessage Read(RequestMessage request)
    {
        if (request.Prefixes?.Count > ProtocolLimits.MaxPrefixes || request.Prefixes?.Contains(null!) == true)
            throw new UsageException($"{request.Prefixes.Count} prefixes in a request, at most {ProtocolLimits.MaxPrefixes} allowed");
        var list = new List<RefMessage>();
        long bytes = 0;
        bool hasMore = false;
        foreach (RefName name in Choose(request))
        {
            if (!access.MayRead(name) || refs.Read(name) is not { Target: null } found)
                continue;
            hasMore = request.Paged && RefPage.IsFull(list.Count, bytes);
            if (hasMore)
                break;
            bytes += RefPage.SizeOf(name.Value);
            if (bytes > MostBytes)
                throw new UsageException($"this repository has too many refs for one answer; update your mig to one that asks for them in pages");
            ObjectId? peeled = _graph.Peel(found.Id);
            list.Add(new RefMessage(name.Value, found.Id.ToString(), peeled == found.Id ? null : peeled?.ToString()));
        }

        Head head = refs.ReadHead();
        bool showsHead = head.Branch is null || access.MayRead(head.Branch);
        return new RefsMessage(list) { HeadTarget = showsHead ? head.Branch?.Value : null, HeadId = showsHead ? head.Id?.ToString() : null, More = hasMore };
    }

    private IEnumerable<RefName> Choose(RequestMessage request)
    {
        IEnumerable<RefName> names = request.Prefixes is { } prefixes
            ? prefixes.SelectMany(refs.ListNames).Distinct().Order()
            : refs.ListNames("refs/");
        if (request.After is null)
            return names;
        if (!RefName.TryParse(request.After, out RefName? after))
            throw new UsageException($"'{RemoteText.Quote(request.After)}' is the name of no ref, after which a page could begin");
        return names.SkipWhile(name => name.CompareTo(after) <= 0);
    }
}
