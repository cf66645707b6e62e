using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store.Collection;

/// <summary>Looks how much of each pack is wanted.</summary>
public static class PackSurvey
{
    /// <param name="marks">Not 0 for each object that is wanted.</param>
    /// <returns>Every pack that an index names, in no particular order.</returns>
    public static IReadOnlyList<PackUse> Run(ObjectStore store, ObjectMarks marks)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(marks);
        var tallies = new Dictionary<ObjectId, Tally>();
        foreach (PackIndex index in marks.Indexes)
        {
            for (int pack = 0; pack < index.PackCount; pack++)
            {
                // An index that covers a pack a second time adds nothing but the objects that it alone names.
                if (!tallies.ContainsKey(index.GetPackId(pack)))
                    tallies.Add(index.GetPackId(pack), new Tally(index, pack));
            }
        }

        marks.ForEach((location, mark) =>
        {
            FramePlace place = location.Index.GetFrame(location.Frame);
            tallies[place.Pack].Add(location, place, mark != 0);
        });
        return [.. tallies.Select(pair => pair.Value.ToUse(store, pair.Key))];
    }

    private sealed class Tally(PackIndex index, int pack)
    {
        private readonly Dictionary<long, long> _liveByFrame = [];
        private long _liveObjects;
        private bool _hasMetadata;

        public void Add(in ObjectLocation location, in FramePlace place, bool isLive)
        {
            _hasMetadata |= location.Kind != ObjectKind.Blob;
            if (!isLive)
                return;
            _liveObjects++;
            _liveByFrame[place.Offset] = _liveByFrame.GetValueOrDefault(place.Offset) + location.Length;
        }

        public PackUse ToUse(ObjectStore store, in ObjectId id)
        {
            double live = 0;
            long total = 0;
            for (uint i = 0; i < index.FrameCountOf(pack); i++)
            {
                FramePlace place = index.GetFrame((int)(index.FirstFrameOf(pack) + i));
                total += place.TotalLength;
                if (_liveByFrame.TryGetValue(place.Offset, out long raw))
                    live += raw >= place.RawLength ? place.TotalLength : (double)place.TotalLength * raw / place.RawLength;
            }

            long length = index.GetPackLength(pack);
            DateTime written = File.GetLastWriteTimeUtc(Path.Combine(store.Packs.Folder, PackFormat.FileName(id)));
            return new PackUse(id, _hasMetadata ? ObjectClass.Metadata : ObjectClass.Content, length, written, _liveObjects,
                _liveObjects == 0 ? length : total - (long)live);
        }
    }
}
