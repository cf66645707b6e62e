namespace Mig.Machines.Merging.Packages;

/// <summary>Which packages a machine of dpkg has, under all names that they have and provide.</summary>
internal sealed class InstalledSet
{
    private readonly Dictionary<string, List<(string Key, string? Version)>> _offers = new(StringComparer.Ordinal);

    /// <param name="stanzas">By key, as <see cref="StanzaFile"/> has them; those that are not installed are left out.</param>
    public InstalledSet(IReadOnlyDictionary<string, string> stanzas)
    {
        foreach ((string key, string stanza) in stanzas)
        {
            if (StanzaFile.InstalledVersion(stanza) is not { } version)
                continue;
            Add(StanzaFile.NameOf(key), key, version);
            foreach (DebianRelation provided in DebianRelation.Parse(StanzaFile.Field(stanza, "Provides")).SelectMany(choice => choice))
                Add(provided.Name, key, provided.Operator == "=" ? provided.Version : null);
        }
    }

    public bool Has(DebianRelation relation) => Find(relation).Any();

    /// <summary>Returns the keys of the packages that are meant.</summary>
    public IEnumerable<string> Find(DebianRelation relation) =>
        _offers.TryGetValue(relation.Name, out List<(string Key, string? Version)>? offers)
            ? offers.Where(offer => relation.IsMetBy(offer.Version)).Select(offer => offer.Key) : [];

    private void Add(string name, string key, string? version)
    {
        if (!_offers.TryGetValue(name, out List<(string Key, string? Version)>? offers))
            _offers[name] = offers = [];
        offers.Add((key, version));
    }
}
