using System.Buffers.Binary;
using Mig.Core;
using Mig.Store.Packs;
using Mig.Testing;

namespace Mig.Store.Tests;

/// <summary>
/// The <c>zstd</c> tool decompresses what packs hold; the frames are found by the table in docs/format.md, not by mig's own reader.
/// </summary>
public sealed class FrameJudgeTests : IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly TestFolder _files = new();

    [Fact]
    public void ZstdReadsEveryFrame()
    {
        List<byte[]> blobs = [.. Enumerable.Range(0, 40).Select(i => MixedBytes.Make(20_000 + (i * 997), i)), ObjectTests.Noise(70_000)];
        using ObjectStore store = _folder.Open();
        StoreFolder.Add(store, blobs, StoreOptions.Default with { ContentFrameSize = 100_000 });
        int compressed = 0, plain = 0;
        var found = new List<ObjectId>();
        foreach (string pack in Directory.EnumerateFiles(_folder.Packs, "*.pack"))
        {
            byte[] bytes = File.ReadAllBytes(pack);
            for (int at = 16; at < bytes.Length - 48;)
            {
                (byte[] stored, int rawLength, int total, bool isZstd) = Frame(bytes, at);
                byte[] table = bytes[(at + 32)..(at + total - stored.Length)];
                byte[] raw = isZstd ? Judge(stored)! : stored;
                Assert.Equal(rawLength, raw.Length);
                found.AddRange(Objects(table, raw));
                compressed += isZstd ? 1 : 0;
                plain += isZstd ? 0 : 1;
                at += total;
            }
        }

        Assert.True(compressed > 3 && plain > 0, $"{compressed} frames compressed, {plain} plain");

        Assert.Equal(blobs.Select(blob => ObjectId.Of(blob)).Order(), found.Order());
    }

    [Fact]
    public void ZstdObjectsToADamagedFrame()
    {
        byte[] blob = MixedBytes.Make(50_000, 3);
        using ObjectStore store = _folder.Open();
        StoreFolder.Add(store, [blob]);
        byte[] pack = File.ReadAllBytes(Directory.EnumerateFiles(_folder.Packs, "*.pack").Single());
        byte[] stored = Frame(pack, 16).Stored;
        Assert.Equal(blob, Judge(stored));
        Assert.Null(Judge(Damage.FlipBit(stored, 3)));
        byte[]? damaged = Judge(Damage.FlipBit(stored, stored.Length * 4));
        Assert.False(damaged is not null && damaged.AsSpan().SequenceEqual(blob));
    }

    public void Dispose()
    {
        _files.Dispose();
        _folder.Dispose();
    }

    private static (byte[] Stored, int RawLength, int Total, bool IsZstd) Frame(byte[] pack, int at)
    {
        Assert.Equal("MFRM"u8, pack.AsSpan(at, 4));
        int stored = BinaryPrimitives.ReadInt32LittleEndian(pack.AsSpan(at + 8));
        int raw = BinaryPrimitives.ReadInt32LittleEndian(pack.AsSpan(at + 12));
        int table = BinaryPrimitives.ReadInt32LittleEndian(pack.AsSpan(at + 20));
        return (pack.AsSpan(at + 32 + table, stored).ToArray(), raw, 32 + table + stored, pack[at + 4] == 1);
    }

    // The object table: length << 3 | kind as LEB128, one for each object.
    private static IEnumerable<ObjectId> Objects(byte[] table, byte[] raw)
    {
        int offset = 0, value = 0, shift = 0;
        foreach (byte part in table)
        {
            value |= (part & 0x7F) << shift;
            shift += 7;
            if (part >= 0x80)
                continue;
            Assert.Equal((int)ObjectKind.Blob, value & 7);
            yield return ObjectId.Of(raw.AsSpan(offset, value >> 3));
            offset += value >> 3;
            value = shift = 0;
        }

        Assert.Equal(raw.Length, offset);
    }

    private byte[]? Judge(byte[] stored)
    {
        string path = _files.Write("frame.zst", stored);
        (int exitCode, _) = Tool.Try("zstd", "-d", "-f", "-q", path, "-o", _files["frame"]);
        return exitCode == 0 ? File.ReadAllBytes(_files["frame"]) : null;
    }
}
