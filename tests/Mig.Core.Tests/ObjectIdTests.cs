using System.Security.Cryptography;
using Mig.Testing;

namespace Mig.Core.Tests;

public sealed class ObjectIdTests
{
    [Fact]
    public void IsWhatSha256SumPrints()
    {
        using var folder = new TestFolder();
        foreach (int length in (int[])[0, 1, 55, 56, 64, 4096, 1_000_003])
        {
            byte[] bytes = MixedBytes.Make(length, length);
            string judged = Tool.Run("sha256sum", folder.Write("file", bytes)).Split(' ')[0];
            Assert.Equal(judged, ObjectId.Of(bytes).ToString());
        }
    }

    [Fact]
    public void TextAndBytesRoundTrip()
    {
        var random = new Random(7);
        byte[] bytes = new byte[ObjectId.Size];
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(bytes);
            var id = new ObjectId(bytes);
            Assert.Equal(bytes, id.ToArray());
            Assert.True(ObjectId.TryParse(id.ToString(), out ObjectId parsed));
            Assert.Equal(id, parsed);
            Assert.Equal(bytes[0], id.FirstByte);
            Assert.Equal(id.ToString()[..7], id.ToShortString(7));
        }
    }

    [Fact]
    public void OrderIsThatOfTheBytes()
    {
        var random = new Random(8);
        byte[] a = new byte[ObjectId.Size], b = new byte[ObjectId.Size];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(a);
            a.CopyTo(b, 0);
            if (i % 10 != 0)
                b[random.Next(b.Length)] = (byte)random.Next(256);
            ObjectId left = new(a), right = new(b);
            int expected = Math.Sign(a.AsSpan().SequenceCompareTo(b));
            Assert.Equal(expected, Math.Sign(left.CompareTo(right)));
            Assert.Equal(expected == 0, left == right);
            Assert.Equal(expected < 0, left < right);
            Assert.Equal(expected > 0, left > right);
            Assert.Equal(expected == 0, left.Equals((object)right));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("g000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(" 00000000000000000000000000000000000000000000000000000000000000 ")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("０000000000000000000000000000000000000000000000000000000000000000")]
    public void RefusesWhatIsNoId(string text) => Assert.False(ObjectId.TryParse(text, out _));

    [Fact]
    public void FinishIsOfAndResets()
    {
        byte[] bytes = MixedBytes.Make(100_000, 3);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int round = 0; round < 2; round++)
        {
            hash.AppendData(bytes, 0, 1234);
            hash.AppendData(bytes, 1234, bytes.Length - 1234);
            Assert.Equal(ObjectId.Of(bytes), ObjectId.Finish(hash));
        }
    }
}
