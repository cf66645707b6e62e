using Mig.FileSystems;
using Mig.Store.Packs;

namespace Mig.Ingest;

/// <summary>A regular file that a scan found, once however many names it has.</summary>
internal sealed class ScannedFile(long node, long size, IReadOnlyList<FileExtent> extents, OrderKey key, ulong fingerprint)
{
    public long Node { get; } = node;

    public long Size { get; } = size;

    public IReadOnlyList<FileExtent> Extents { get; } = extents;

    /// <summary>Where its content wants to stand; the position is filled in when the files are put in order.</summary>
    public OrderKey Key { get; } = key;

    /// <summary>Stands for size, times and extents.</summary>
    public ulong Fingerprint { get; } = fingerprint;

    /// <summary>What the content turned out to be.</summary>
    public FileContent Content { get; set; }

    /// <summary>First byte on the volume; -1 when no part lies there.</summary>
    public long FirstOffset => Extents.Count > 0 ? Extents[0].VolumeOffset : -1;
}
