using System.Diagnostics.CodeAnalysis;

namespace Mig.Catalog.Searching;

/// <summary>Adds up places: each path once, with all its versions.</summary>
internal sealed class PlaceSum
{
    private readonly Dictionary<(string Volume, byte[] Path), VersionUnion> _sums = new(new PathComparer());
    private Place _first;
    private VersionUnion? _firstUnion;

    public IEnumerable<Place> Places
    {
        get
        {
            if (_firstUnion is not null)
                yield return _first with { Versions = _firstUnion.ToSet() };
            foreach (((string volume, byte[] path), VersionUnion union) in _sums)
                yield return new Place(volume, path, union.ToSet());
        }
    }

    public void Add(in Place place)
    {
        // Nearly all that is added up has one path.
        if (_firstUnion is null)
        {
            _first = place;
            _firstUnion = new VersionUnion();
        }

        if (PathComparer.AreEqual(_first.Volume, _first.Path, place.Volume, place.Path))
        {
            _firstUnion.Add(place.Versions);
            return;
        }

        if (!_sums.TryGetValue((place.Volume, place.Path), out VersionUnion? union))
            _sums.Add((place.Volume, place.Path), union = new VersionUnion());
        union.Add(place.Versions);
    }

    private sealed class PathComparer : IEqualityComparer<(string Volume, byte[] Path)>
    {
        public static bool AreEqual(string volume, byte[] path, string otherVolume, byte[] otherPath) => volume == otherVolume && path.AsSpan().SequenceEqual(otherPath);

        public bool Equals((string Volume, byte[] Path) x, (string Volume, byte[] Path) y) => AreEqual(x.Volume, x.Path, y.Volume, y.Path);

        public int GetHashCode([DisallowNull] (string Volume, byte[] Path) place)
        {
            var hash = new HashCode();
            hash.AddBytes(place.Path);
            return hash.ToHashCode();
        }
    }
}
