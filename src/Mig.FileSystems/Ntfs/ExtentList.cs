namespace Mig.FileSystems.Ntfs;

/// <summary>Collects extents, ascending: turns clusters into bytes, cuts at the end of what was written, joins what touches.</summary>
internal sealed class ExtentList(int clusterSize, long length)
{
    private readonly List<FileExtent> _extents = [];

    public bool IsWithin(long vcn) => vcn * clusterSize < length;

    /// <param name="lcn">-1 for what has no place on the volume.</param>
    public void Add(long vcn, long count, long lcn)
    {
        long offset = vcn * clusterSize, size = Math.Min(count * clusterSize, length - offset);
        if (size <= 0)
            return;
        long place = lcn < 0 ? FileExtent.NotOnVolume : lcn * clusterSize;
        if (_extents.Count > 0 && _extents[^1] is var last && last.FileOffset + last.Length == offset
            && (last.IsOnVolume ? last.VolumeOffset + last.Length == place : place == FileExtent.NotOnVolume))
            _extents[^1] = last with { Length = last.Length + size };
        else
            _extents.Add(new FileExtent(offset, size, place));
    }

    public IReadOnlyList<FileExtent> ToList() => _extents;
}
