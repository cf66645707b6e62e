using System.Buffers.Binary;
using Mig.Care.Trust;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trust;

namespace Mig.Images.Ingest;

/// <summary>
/// What a quick commit needs to know of a disk that was committed here: a fingerprint of each file's size, times and extents, and of the
/// residue's ranges in each region. A cache in <c>cache/stat</c>: without it, or when it was not written here, a quick commit reads
/// everything.
/// </summary>
internal sealed class StatCache
{
    private const string Folder = "stat";
    private const int MaxCaches = 16;
    private const int MaxSize = 1 << 30;
    private const int HeadSize = 8 + sizeof(int);
    private const int ResidueVolume = -1;
    private const int RestVolume = -2;
    private const long NotesRestsKey = -1;

    private readonly Fingerprints _fingerprints;

    public StatCache()
        : this(new Fingerprints())
    {
    }

    private StatCache(Fingerprints fingerprints) => _fingerprints = fingerprints;

    private static ReadOnlySpan<byte> Magic => "migstat\u0001"u8;

    /// <param name="diskLength">Bytes of the disk, which say how many regions come.</param>
    public void AddFiles(int volume, IReadOnlyCollection<ScannedFile> files, long diskLength)
    {
        _fingerprints.Expect(files.Count + (int)(2 * diskLength / ResidueIngest.RegionSize) + 3);
        foreach (ScannedFile file in files)
            _fingerprints.Add(volume, file.Node, file.Fingerprint);
    }

    public void AddRegion(long region, ulong fingerprint) => _fingerprints.Add(ResidueVolume, region, fingerprint);

    /// <summary>Whether the ranges that files leave over are noted, of each region that has some of a file.</summary>
    public bool NotesRests => _fingerprints.Find(RestVolume, NotesRestsKey) is not null;

    /// <summary>Notes what files leave over of each region that they have some of, wherever it is zero.</summary>
    /// <param name="files">Ascending and disjoint.</param>
    /// <param name="length">Bytes of the disk.</param>
    public void AddRests(IEnumerable<ByteRange> files, long length)
    {
        _fingerprints.Add(RestVolume, NotesRestsKey, 0);
        foreach ((long region, List<ByteRange> ranges) in ResidueIngest.GroupByRegion(files))
        {
            var whole = new ByteRange(region * ResidueIngest.RegionSize, ResidueIngest.RegionSize);
            List<ByteRange> rest = [.. ByteRanges.Subtract([whole.Intersect(new ByteRange(0, length))], ranges)];
            _fingerprints.Add(RestVolume, region, QuickPlan.FingerprintOf(rest));
        }
    }

    /// <summary>Takes that back, for a disk that is kept as it was cut before.</summary>
    public void ForgetRests() => _fingerprints.Remove(RestVolume, NotesRestsKey);

    /// <summary>Returns what stands for that of a region; null when it has nothing of any file.</summary>
    public ulong? FindRest(long region) => _fingerprints.Find(RestVolume, region);

    public bool HasFile(int volume, ScannedFile file) => _fingerprints.Find(volume, file.Node) == file.Fingerprint;

    public bool HasRegion(long region, ulong fingerprint) => _fingerprints.Find(ResidueVolume, region) == fingerprint;

    /// <summary>Reads what was noted when a disk was committed here: this very disk, its files included.</summary>
    /// <returns>Null when there is nothing.</returns>
    public static StatCache? Read(string repositoryFolder, ImageDisk disk)
    {
        if (SealedFile.Read(repositoryFolder, NameOf(disk), MaxSize) is not { } bytes || bytes.Length < HeadSize || !bytes.AsSpan(0, 8)
            .SequenceEqual(Magic))
            return null;
        return new StatCache(Fingerprints.Read(bytes.AsSpan(HeadSize)));
    }

    /// <summary>Notes the state of a disk that was committed, where the repository can be written, and drops the oldest notes.</summary>
    public void Write(string repositoryFolder, ImageDisk disk)
    {
        byte[] bytes = new byte[HeadSize + (_fingerprints.Count * Fingerprints.RecordSize)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), _fingerprints.Count);
        _fingerprints.Write(bytes.AsSpan(HeadSize));
        if (SealedFile.TryWrite(repositoryFolder, NameOf(disk), bytes))
            SealedFile.RemoveOld(repositoryFolder, Folder, MaxCaches, MaxCaches);
    }

    private static string NameOf(ImageDisk disk) => $"{Folder}/{ProvenDisks.KeyOf(disk)}";
}
