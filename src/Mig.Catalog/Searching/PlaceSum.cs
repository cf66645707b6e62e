namespace Mig.Catalog.Searching;

/// <summary>Adds up places: each path once, with all its versions.</summary>
internal sealed class PlaceSum
{
    private Place _first;
    private VersionUnion? _firstUnion;
    private Dictionary<PlaceKey, VersionUnion>? _others;

    public void Add(in Place place)
    {
        // Nearly all that is added up has one path.
        if (_firstUnion is null)
        {
            _first = place;
            _firstUnion = new VersionUnion();
        }

        if (_first.Key.Equals(place.Key))
        {
            _firstUnion.Add(place.Versions);
            return;
        }

        _others ??= [];
        if (!_others.TryGetValue(place.Key, out VersionUnion? union))
            _others.Add(place.Key, union = new VersionUnion());
        union.Add(place.Versions);
    }

    public Place[] ToArray()
    {
        if (_firstUnion is null)
            return [];
        var places = new Place[1 + (_others?.Count ?? 0)];
        places[0] = _first with { Versions = _firstUnion.ToSet() };
        int next = 1;
        foreach ((PlaceKey key, VersionUnion union) in _others ?? [])
            places[next++] = new Place(key.Volume, key.Path, union.ToSet());
        return places;
    }
}
