using System.Buffers.Binary;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.Ingest;

/// <summary>
/// What a quick commit needs to know of the disk that a layout describes: a fingerprint of each file's size, times and extents, and of the residue's
/// ranges in each region. A cache in <c>cache/stat</c>: without it, or when it is damaged, a quick commit reads everything.
/// </summary>
internal sealed class StatCache
{
    private const int MaxCaches = 16;
    private const int RecordSize = sizeof(int) + sizeof(long) + sizeof(ulong);
    private const int HeadSize = 8 + sizeof(int);
    private const int ResidueVolume = -1;

    private readonly Dictionary<(int Volume, long Key), ulong> _fingerprints = [];

    private static ReadOnlySpan<byte> Magic => "migstat\u0001"u8;

    public void AddFile(int volume, ScannedFile file) => _fingerprints[(volume, file.Node)] = file.Fingerprint;

    public void AddRegion(long region, ulong fingerprint) => _fingerprints[(ResidueVolume, region)] = fingerprint;

    public bool HasFile(int volume, ScannedFile file) => _fingerprints.TryGetValue((volume, file.Node), out ulong known) && known == file.Fingerprint;

    public bool HasRegion(long region, ulong fingerprint) => _fingerprints.TryGetValue((ResidueVolume, region), out ulong known) && known == fingerprint;

    /// <summary>Reads the cache of a layout.</summary>
    /// <returns>Null when there is none that is whole.</returns>
    public static StatCache? Read(string repositoryFolder, in LayoutId layout)
    {
        string path = Path.Combine(FolderOf(repositoryFolder), layout.ToString());
        byte[] bytes;
        try
        {
            // Unlocked: another process may have published it a moment ago, and not have closed it yet.
            bytes = HostFiles.ReadAllBytes(path);
        }
        catch (IOException)
        {
            return null;
        }

        int end = bytes.Length - ObjectId.Size;
        if (end < HeadSize || !bytes.AsSpan(0, 8).SequenceEqual(Magic) || ObjectId.Of(bytes.AsSpan(0, end)) != new ObjectId(bytes.AsSpan(end)))
            return null;
        var cache = new StatCache();
        int count = (end - HeadSize) / RecordSize;
        cache._fingerprints.EnsureCapacity(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = bytes.AsSpan(HeadSize + (i * RecordSize), RecordSize);
            cache._fingerprints[(BinaryPrimitives.ReadInt32LittleEndian(record), BinaryPrimitives.ReadInt64LittleEndian(record[4..]))] =
                BinaryPrimitives.ReadUInt64LittleEndian(record[12..]);
        }

        return cache;
    }

    /// <summary>Writes the cache of a layout, and drops the oldest ones.</summary>
    public void Write(string repositoryFolder, in LayoutId layout)
    {
        string folder = FolderOf(repositoryFolder);
        HostFiles.CreateFolder(folder);
        byte[] bytes = new byte[HeadSize + (_fingerprints.Count * RecordSize) + ObjectId.Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), _fingerprints.Count);
        int at = HeadSize;
        foreach (((int volume, long key), ulong fingerprint) in _fingerprints)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), volume);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + 4), key);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at + 12), fingerprint);
            at += RecordSize;
        }

        ObjectId.Of(bytes.AsSpan(0, at)).CopyTo(bytes.AsSpan(at));
        using var file = new TemporaryFile(Path.Combine(repositoryFolder, ObjectStore.TemporaryFolder), "stat");
        file.Write(bytes, 0);
        file.Publish(Path.Combine(folder, layout.ToString()));
        HostFiles.KeepNewest(folder, MaxCaches);
    }

    private static string FolderOf(string repositoryFolder) => Path.Combine(repositoryFolder, "cache", "stat");
}
