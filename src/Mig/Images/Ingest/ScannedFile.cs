using Mig.Core;
using Mig.FileSystems;
using Mig.Store.Packs;

namespace Mig.Images.Ingest;

/// <summary>A regular file that a scan found, once however many names it has.</summary>
internal sealed class ScannedFile(long node, in NodeSummary summary, OrderKey key)
{
    private readonly Timestamp _modifiedTime = summary.ModifiedTime;
    private readonly Timestamp _changedTime = summary.ChangedTime;

    public long Node { get; } = node;

    public long Size { get; } = summary.Size;

    public IReadOnlyList<FileExtent> Extents { get; private set; } = [];

    /// <summary>Stands for size, times and extents.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>Where its content wants to stand; the position is filled in when the files are put in order.</summary>
    public OrderKey Key { get; } = key;

    /// <summary>What the content turned out to be.</summary>
    public FileContent Content { get; set; }

    /// <summary>First byte on the volume; -1 when no part lies there.</summary>
    public long FirstOffset => Extents.Count > 0 ? Extents[0].VolumeOffset : -1;

    /// <summary>Why its content cannot be read; null when it can, as far as is known.</summary>
    public CorruptImageException? Loss { get; private set; }

    /// <summary>Takes note that its content cannot be read: no part of it is then claimed to be known.</summary>
    public void Lose(CorruptImageException error)
    {
        Loss = error;
        Extents = [];
    }

    public void SetExtents(IReadOnlyList<FileExtent> extents)
    {
        Extents = extents;
        Fingerprint = QuickPlan.FingerprintOf(Size, _modifiedTime, _changedTime, extents);
    }
}
