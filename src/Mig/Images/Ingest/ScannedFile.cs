using System.Runtime.CompilerServices;
using Mig.Core;
using Mig.FileSystems;
using Mig.Store.Packs;

namespace Mig.Images.Ingest;

/// <summary>
/// A regular file that a scan found, once however many names it has. There are as many as the disk has files: each field counts.
/// </summary>
internal sealed class ScannedFile(long node, long size, OrderKey key)
{
    private readonly ulong _family = key.Family;
    private readonly ulong _name = key.Name;
    private FileExtent[] _extents = [];
    private ObjectId _sha256;
    private StrongBox<FileContent>? _large;

    public long Node { get; } = node;

    public long Size { get; } = size;

    public IReadOnlyList<FileExtent> Extents => _extents;

    /// <summary>Stands for size, times and extents.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>Where its content wants to stand; the position is filled in when the files are put in order.</summary>
    public OrderKey Key => new(_family, _name, 0);

    /// <summary>What the content turned out to be.</summary>
    public FileContent Content
    {
        get => _large?.Value ?? new FileContent(_sha256.IsNull ? null : _sha256, null);
        set
        {
            // Most files are small, and their hash says all.
            _large = value.List is null ? null : new StrongBox<FileContent>(value);
            _sha256 = value.List is null ? value.Sha256 ?? default : default;
        }
    }

    /// <summary>First byte on the volume; -1 when no part lies there.</summary>
    public long FirstOffset => _extents.Length > 0 ? _extents[0].VolumeOffset : -1;

    /// <summary>Why its content cannot be read; null when it can, as far as is known.</summary>
    public CorruptImageException? Loss { get; private set; }

    /// <summary>Takes note that its content cannot be read: no part of it is then claimed to be known.</summary>
    public void Lose(CorruptImageException error)
    {
        Loss = error;
        _extents = [];
    }

    public void SetExtents(IReadOnlyList<FileExtent> extents) => _extents = extents as FileExtent[] ?? [.. extents];

    /// <summary>Takes note of size, times and extents.</summary>
    public void SetFingerprint(Timestamp modified, Timestamp changed) =>
        Fingerprint = QuickPlan.FingerprintOf(Size, modified, changed, _extents);
}
