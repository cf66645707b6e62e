using Mig.Core.Zstd;
using Mig.Testing;

namespace Mig.Core.Tests.Zstd;

/// <summary>
/// The system's libzstd and the managed one are the same format: each reads what the other wrote, and so does the <c>zstd</c> tool.
/// </summary>
public sealed class ZstdLibraryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<ZstdChoice, ZstdChoice, int> Pairs
    {
        get
        {
            var pairs = new TheoryData<ZstdChoice, ZstdChoice, int>();
            foreach (int level in (int[])[ZstdCodec.MinLevel, ZstdCodec.DefaultLevel, 9, ZstdCodec.MaxLevel])
            {
                pairs.Add(ZstdChoice.Native, ZstdChoice.Managed, level);
                pairs.Add(ZstdChoice.Managed, ZstdChoice.Native, level);
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void EachReadsWhatTheOtherWrote(ZstdChoice writer, ZstdChoice reader, int level)
    {
        using var compressor = new ZstdCodec(ZstdLibrary.Get(writer));
        using var decompressor = new ZstdCodec(ZstdLibrary.Get(reader));
        foreach (int length in (int[])[0, 1, 1000, 300_000])
        {
            byte[] bytes = MixedBytes.Make(length, level + length);
            byte[] frame = new byte[ZstdCodec.GetBound(length)];
            frame = frame[..compressor.Compress(bytes, frame, level)];
            byte[] back = new byte[length];
            Assert.Null(decompressor.Decompress(frame, back));
            Assert.Equal(bytes, back);
            Assert.Null(decompressor.DecompressPrefix([.. frame, 1, 2, 3], back));
            Assert.Equal(bytes, back);
        }
    }

    [Theory]
    [InlineData(ZstdChoice.Native)]
    [InlineData(ZstdChoice.Managed)]
    public void TheToolReadsWhatEachWrites(ZstdChoice choice)
    {
        using var codec = new ZstdCodec(ZstdLibrary.Get(choice));
        byte[] bytes = MixedBytes.Make(200_000, 5);
        byte[] frame = new byte[ZstdCodec.GetBound(bytes.Length)];
        frame = frame[..codec.Compress(bytes, frame, 3)];
        Assert.Equal(bytes, Judge(frame));
        Assert.Null(Judge(Damage.FlipBit(frame, 2)));
    }

    [Theory]
    [InlineData(ZstdChoice.Native)]
    [InlineData(ZstdChoice.Managed)]
    public void EachReadsTheToolAndSaysWhatIsWrongAlike(ZstdChoice choice)
    {
        byte[] bytes = MixedBytes.Make(200_000, 6);
        string plain = _folder["plain"], packed = _folder["packed"];
        File.WriteAllBytes(plain, bytes);
        Tool.Run("zstd", "-q", "-12", "--check", "-o", packed, plain);
        byte[] frame = File.ReadAllBytes(packed);
        using var codec = new ZstdCodec(ZstdLibrary.Get(choice));
        byte[] back = new byte[bytes.Length];
        Assert.Null(codec.Decompress(frame, back));
        Assert.Equal(bytes, back);
        Assert.Equal("zstd says: Restored data doesn't match checksum",
            codec.Decompress(Damage.FlipBit(frame, (frame.Length - 1) * 8), back));
        Assert.Equal("zstd says: Src size is incorrect", codec.Decompress(frame.AsSpan(0, frame.Length - 5), back));
        Assert.Equal("zstd says: Destination buffer is too small", codec.Decompress(frame, back.AsSpan(1)));
    }

    [Fact]
    public void AChoiceThatThereIsNotIsNamed()
    {
        UsageException e = Assert.Throws<UsageException>(() => ZstdLibrary.Use("best"));
        Assert.Equal("core.zstd is auto, native or managed, not 'best'", e.Message);
    }

    public void Dispose() => _folder.Dispose();

    /// <returns>What the tool makes of a frame; null when it objects.</returns>
    private byte[]? Judge(byte[] frame)
    {
        string packed = _folder["frame.zst"], plain = _folder["frame"];
        File.WriteAllBytes(packed, frame);
        File.Delete(plain);
        return Tool.Try("zstd", "-q", "-d", "-f", packed, "-o", plain).ExitCode == 0 ? File.ReadAllBytes(plain) : null;
    }
}
