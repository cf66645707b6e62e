namespace Mig.Catalog.Searching;

/// <summary>A path on a volume, compared by its bytes.</summary>
internal readonly struct PlaceKey(string volume, byte[] path) : IEquatable<PlaceKey>
{
    public string Volume { get; } = volume;

    public byte[] Path { get; } = path;

    public bool Equals(PlaceKey other) =>
        Volume == other.Volume && (ReferenceEquals(Path, other.Path) || Path.AsSpan().SequenceEqual(other.Path));

    public override bool Equals(object? obj) => obj is PlaceKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Path);
        return hash.ToHashCode();
    }
}
