using Mig.Core;
using Mig.Store.Collection;

namespace Mig.Care.Maintenance;

/// <summary>Which packs a collection writes anew, and which go.</summary>
internal sealed class PackChoice
{
    private const long SmallPack = 16 << 20;
    private const int ManySmallPacks = 8;

    public PackChoice(IReadOnlyList<PackUse> packs, int garbageTolerated)
    {
        Dropped = packs.Where(pack => pack.LiveObjects == 0).Select(pack => pack.Id).ToHashSet();
        List<PackUse> left = [.. packs.Where(pack => pack.LiveObjects > 0)];
        HashSet<PackUse> rewritten = [.. left.Where(pack => pack.Garbage > 0 && pack.Garbage * 100 > pack.Length * garbageTolerated)];
        foreach (IGrouping<object, PackUse> ofClass in left.GroupBy(pack => (object)pack.Class))
        {
            // As many as a few commits leave are no burden; merging them each time would be one.
            List<PackUse> small = [.. ofClass.Where(pack => pack.Length < SmallPack)];
            if (small.Count > ManySmallPacks)
                rewritten.UnionWith(small);
        }

        RewrittenInOrder = [.. rewritten.OrderBy(pack => pack.Length - pack.Garbage).Select(pack => pack.Id)];
        Rewritten = RewrittenInOrder.ToHashSet();
        FreedBytes = packs.Sum(pack => Dropped.Contains(pack.Id) ? pack.Length : rewritten.Contains(pack) ? pack.Garbage : 0);
    }

    /// <summary>Packs in which nothing is wanted.</summary>
    public IReadOnlySet<ObjectId> Dropped { get; }

    /// <summary>Packs whose wanted objects go into new ones.</summary>
    public IReadOnlySet<ObjectId> Rewritten { get; }

    /// <summary>The same packs, the one of which least is wanted first.</summary>
    public IReadOnlyList<ObjectId> RewrittenInOrder { get; }

    /// <summary>By how many bytes all packs shrink, about.</summary>
    public long FreedBytes { get; }
}
