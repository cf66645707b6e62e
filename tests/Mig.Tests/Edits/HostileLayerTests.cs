using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Changes;
using Mig.Edits.Layers;
using Mig.FileSystems;
using Mig.History.Revisions;
using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>A layer from a stranger ends in a named error, and the version is as it was.</summary>
public class HostileLayerTests
{
    private const int Flips = 150;

    [Fact]
    public void EachErrorHasItsName()
    {
        using var image = new EditedImage("mkdir d; echo x > f");
        byte[] good = [.. Member("f", '0', "content"u8), .. new byte[1024]];
        AssertRefused(image, "TAR-001", Damage.FlipBit(good, 8));
        AssertRefused(image, "TAR-001",
            "no archive at all, but text that is longer than a block of five hundred and twelve bytes. "u8.ToArray().Concat(new byte[600])
            .ToArray());
        AssertRefused(image, "TAR-002", Member("f", '0', [], header => "9999999"u8.CopyTo(header[124..])));
        AssertRefused(image, "TAR-002", Member("f", '0', [], header =>
            ((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).CopyTo(header[124..])));
        AssertRefused(image, "TAR-002", [.. Pax("uid", "4294967295"), .. Member("f", '0', [])]);
        AssertRefused(image, "TAR-003", good[..^1024]);
        AssertRefused(image, "TAR-003", good[..600]);
        AssertRefused(image, "TAR-003", Member("f", '0', [], header => "00000001000"u8.CopyTo(header[124..])));
        AssertRefused(image, "TAR-004", Member("x", 'x', "99 path=short\n"u8));
        AssertRefused(image, "TAR-004", [.. Pax("mtime", "yesterday"), .. Member("f", '0', [])]);
        AssertRefused(image, "TAR-004", [.. Pax("size", "-1"), .. Member("f", '0', [])]);
        AssertRefused(image, "TAR-005", Member("x", 'x', [], header => "77777777777"u8.CopyTo(header[124..])));
        AssertRefused(image, "TAR-006",
            [.. Pax("GNU.sparse.map", "0,10,5,10", "GNU.sparse.size", "100"), .. Member("f", '0', new byte[20])]);
        AssertRefused(image, "TAR-006", [.. Pax("GNU.sparse.map", "0", "GNU.sparse.size", "100"), .. Member("f", '0', [])]);
        AssertRefused(image, "TAR-006",
            [.. Pax("GNU.sparse.map", "0,10", "GNU.sparse.size", "9223372036854775807"), .. Member("f", '0', new byte[10])]);
        AssertRefused(image, "TAR-006", [.. Pax("GNU.sparse.map", "0,10", "GNU.sparse.size", "100"), .. Member("f", '0', new byte[11])]);
        AssertRefused(image, "TAR-006",
            [.. Pax("GNU.sparse.major", "1", "GNU.sparse.realsize", "100"), .. Member("f", '0', [.. "9999999\n"u8, .. new byte[600]])]);
        AssertRefused(image, "TAR-007", Member("../etc/passwd", '0', "x"u8));
        AssertRefused(image, "TAR-007", Member("d/../../f", '0', "x"u8));
        AssertRefused(image, "TAR-007", [.. Pax("path", "a\0b"), .. Member("f", '0', [])]);
        AssertRefused(image, "TAR-008", Member("new", '1', [], header => "missing"u8.CopyTo(header[157..])));
        AssertRefused(image, "TAR-009", Member("d/.wh...", '0', []));
        AssertRefused(image, "TAR-009", Member(".wh.", '0', []));
        AssertRefused(image, "TAR-010", [.. Compress("gzip", good)[..40], .. new byte[40]]);
        AssertRefused(image, "TAR-010", Compress("zstd", good)[..^6]);
        // In what stands behind the archive's own end: checksum and length, and a second member.
        AssertRefused(image, "TAR-010", Compress("gzip", good)[..^1]);
        AssertRefused(image, "TAR-010", Damage.FlipBit(Compress("gzip", good), (Compress("gzip", good).Length - 8) * 8L));
        AssertRefused(image, "TAR-010", [.. Compress("gzip", good), .. Compress("gzip", good)[..^1]]);
        AssertRefused(image, "TAR-010", Compress("xz", good)[..^1]);
        byte[] packed = Compress("zstd", good);
        AssertRefused(image, "TAR-010", Damage.FlipBit(packed, (packed.Length * 8) - 3)); // in the checksum at its end
    }

    [Fact]
    public void AFileIsNoDirectoryOnTheWay()
    {
        using var image = new EditedImage("echo x > f; ln -s f link");
        foreach (string path in (string[])["f/new", "link/new", "f/new/deeper"])
        {
            foreach (byte[] member in (byte[][])[
                Member(path, '0', "x"u8), Member(path, '5', []), Member(path, '1', [], header => "f"u8.CopyTo(header[157..]))])
                Assert.Equal(RefusalReason.NotADirectory, Assert.Throws<RefusedOperationException>(() => Lay(image, member)).Reason);
        }

        Lay(image, [.. Member("f/.wh.gone", '0', []), .. Member("real", '0', "x"u8), .. new byte[1024]]); // nothing to hide
        Assert.Contains("real", image.ByMig(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotReadIsNamed()
    {
        using var image = new EditedImage("true");
        Assert.Contains("zip", Assert.Throws<UnsupportedFeatureException>(() =>
            Lay(image, [(byte)'P', (byte)'K', 3, 4, 20, 0, 0, 0, 0, 0])).Message, StringComparison.Ordinal);
        Assert.Contains("'M'", Assert.Throws<UnsupportedFeatureException>(() => Lay(image, Member("f", 'M', []))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFileLargerThanTheVolumeIsRefusedBeforeItIsRead()
    {
        using var image = new EditedImage("true");
        byte[] endless = Member("f", '0', [], header => "77777777777"u8.CopyTo(header[124..]));
        Assert.Equal(RefusalReason.NoSpace, Assert.Throws<RefusedOperationException>(() => Lay(image, endless)).Reason);
    }

    [Fact]
    public void DamageEndsInDocumentedExceptionsOnly()
    {
        using var image = new EditedImage("mkdir d; echo x > d/f");
        string folder = image.Repository.Files["layer"];
        Tool.Run("bash", "-euc",
            "mkdir -p \"$0/d\"; cd \"$0\"; echo y > d/f; touch d/.wh.gone; ln -s f d/l; ln d/f d/h; truncate -s 1M s; printf x | dd of=s "
            + "bs=1 seek=70000 conv=notrunc status=none; setfattr -n user.a -v b d/f; tar --format=pax -S --xattrs -cf ../layer.tar d s",
            folder);
        byte[] layer = File.ReadAllBytes(image.Repository.Files["layer.tar"]);
        Lay(image, layer); // as it is, it is fine
        var random = new Random(1604);
        int end = layer.AsSpan().LastIndexOfAnyExcept((byte)0) + 1, refused = 0;
        for (int i = 0; i < Flips; i++)
            refused += IsRefused(image, Damage.FlipBit(layer, random.NextInt64(end * 8L))) ? 1 : 0;
        for (int length = 0; length < end; length += 509)
            Assert.True(IsRefused(image, layer[..length]), $"{length} bytes of {layer.Length} pass for the whole");
        Assert.InRange(refused, Flips / 2, Flips);
    }

    private static bool IsRefused(EditedImage image, byte[] layer)
    {
        try
        {
            Lay(image, layer, isDryRun: true);
            return false;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException or RefusedOperationException
            or NotFoundException)
        {
            return true;
        }
    }

    private static void AssertRefused(EditedImage image, string code, byte[] layer)
    {
        CorruptImageException error = Assert.Throws<CorruptImageException>(() => Lay(image, layer));
        Assert.True(error.Code == code, $"{code} expected: {error.Message}");
        using Repository repository = image.Repository.Open();
        Assert.Single(repository.Refs.ReadLog(History.Refs.RefName.Head));
    }

    private static void Lay(EditedImage image, byte[] layer, bool isDryRun = false)
    {
        using Repository repository = image.Repository.Open();
        var place = new PathSpec(null, null, default);
        new ImageEditor(repository).Commit(
            new EditRequest { Message = "a layer", DryRun = isDryRun },
            edit => new ImageLayer(repository, keepsLinks: false).ApplyArchive(
                new VolumeChanges(repository, edit, "HEAD", place), place, new MemoryStream(layer), TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);
    }

    private delegate void Change(Span<byte> header);

    // A member by the book (POSIX pax, "ustar Interchange Format"), changed before its checksum is taken.
    private static byte[] Member(string name, char type, ReadOnlySpan<byte> content, Change? change = null)
    {
        byte[] header = new byte[512];
        Encoding.Latin1.GetBytes(name).CopyTo(header, 0);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        "0000000\0"u8.CopyTo(header.AsSpan(108));
        "0000000\0"u8.CopyTo(header.AsSpan(116));
        Encoding.ASCII.GetBytes(Convert.ToString(content.Length, 8).PadLeft(11, '0')).CopyTo(header, 124);
        "00000000000\0"u8.CopyTo(header.AsSpan(136));
        header[156] = (byte)type;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        change?.Invoke(header);
        "        "u8.CopyTo(header.AsSpan(148));
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0").CopyTo(header, 148);
        return [.. header, .. content, .. new byte[(512 - (content.Length % 512)) % 512]];
    }

    private static byte[] Pax(params string[] pairs)
    {
        var records = new StringBuilder();
        foreach (string[] pair in pairs.Chunk(2))
        {
            int rest = pair[0].Length + pair[1].Length + 3, length = rest + 2;
            records.Append(CultureInfo.InvariantCulture, $"{(length < 100 ? length : length + 1)} {pair[0]}={pair[1]}\n");
        }

        return Member("PaxHeader", 'x', Encoding.Latin1.GetBytes(records.ToString()));
    }

    private static byte[] Compress(string program, byte[] bytes)
    {
        using var files = new TestFolder();
        string path = files.Write("plain", bytes);
        Tool.Run("bash", "-euc", $"{program} -c \"$0\" > \"$0.packed\"", path);
        return File.ReadAllBytes(path + ".packed");
    }
}
