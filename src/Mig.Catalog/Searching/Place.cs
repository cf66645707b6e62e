namespace Mig.Catalog.Searching;

/// <summary>Where a directory or an entry stands, in which versions.</summary>
/// <param name="Volume">What stands before paths on the volume.</param>
/// <param name="Path">The path on the volume; empty for the root.</param>
internal readonly record struct Place(string Volume, byte[] Path, VersionSet Versions)
{
    public PlaceKey Key => new(Volume, Path);

    /// <summary>The place of an entry in the directory that stands here.</summary>
    public Place Below(byte[] name) => this with { Path = Path.Length == 0 ? name : [.. Path, (byte)'/', .. name] };
}
