namespace Mig.History.Checks;

/// <summary>Compares paths by their bytes.</summary>
internal sealed class PathBytesComparer : IEqualityComparer<ReadOnlyMemory<byte>>
{
    public static PathBytesComparer Instance { get; } = new();

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode(ReadOnlyMemory<byte> obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj.Span);
        return hash.ToHashCode();
    }
}
