using System.Buffers.Binary;
using System.Collections.Concurrent;

namespace Mig.FileSystems.Ntfs;

/// <summary>The security descriptors that files share, in <c>$Secure</c>. Safe for several threads.</summary>
internal sealed class SecurityTable(Func<NodeRecord?> open, IndexReader indexes, ValueReader reader, int maxTableBytes)
{
    private const int EntryHeaderSize = 0x14;
    private const int MaxDescriptorSize = 64 << 10;

    private readonly Lazy<Places> _places = new(() => Read(open(), indexes, maxTableBytes));
    private readonly ConcurrentDictionary<uint, byte[]> _descriptors = [];
    private long _keptBytes;

    /// <summary>Returns a descriptor; null when there is none with that number.</summary>
    public byte[]? Find(uint id)
    {
        if (_descriptors.TryGetValue(id, out byte[]? known))
            return known;
        if (!_places.Value.Offsets.TryGetValue(id, out (long Offset, uint Size) place) || _places.Value.Stream is not { } stream)
            return null;
        if (place.Size is <= EntryHeaderSize or > MaxDescriptorSize || place.Offset < 0 || place.Offset > stream.Size - place.Size)
            throw stream.Corrupt("NTFS-041",
                $"security descriptor {id} has {place.Size} bytes at {place.Offset}, {EntryHeaderSize + 1} to {MaxDescriptorSize} within "
                + $"{stream.Size} allowed");
        byte[] entry = new byte[place.Size];
        reader.Read(stream, place.Offset, entry);
        if (BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(0x04)) != id)
            throw stream.Corrupt("NTFS-042",
                $"the security descriptor at {place.Offset} is number {BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(0x04))}, {id} "
                + "needed");
        byte[] descriptor = entry[EntryHeaderSize..];
        if (Interlocked.Add(ref _keptBytes, descriptor.Length) <= maxTableBytes)
            _descriptors.TryAdd(id, descriptor);
        return descriptor;
    }

    private static Places Read(NodeRecord? secure, IndexReader indexes, int maxTableBytes)
    {
        var offsets = new Dictionary<uint, (long, uint)>();
        if (secure?.Find(AttributeType.Data, "$SDS") is not { } stream || secure.Find(AttributeType.IndexRoot, "$SII") is null)
            return new Places(null, offsets);
        int maxCount = maxTableBytes / 32;
        indexes.Visit(secure, "$SII", (in IndexEntries entry, string node) =>
        {
            ReadOnlySpan<byte> key = entry.Key, data = entry.Data;
            if (key.Length < sizeof(uint) || data.Length < EntryHeaderSize || offsets.Count >= maxCount)
                throw NtfsError.Corrupt("NTFS-043",
                    $"{node}: an entry of {key.Length} and {data.Length} bytes, {sizeof(uint)} and {EntryHeaderSize} needed, in at most "
                    + $"{maxCount}");
            offsets[BinaryPrimitives.ReadUInt32LittleEndian(key)] =
                (BinaryPrimitives.ReadInt64LittleEndian(data[0x08..]), BinaryPrimitives.ReadUInt32LittleEndian(data[0x10..]));
        });
        return new Places(stream, offsets);
    }

    private sealed record Places(AttributeValue? Stream, Dictionary<uint, (long Offset, uint Size)> Offsets);
}
