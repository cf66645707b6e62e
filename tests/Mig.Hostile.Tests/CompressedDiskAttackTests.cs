using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>
/// Disks that a stranger compressed: what is damaged, cut, too large or followed by something else is refused by name, in bounded memory
/// and room, and nothing is left behind.
/// </summary>
public sealed class CompressedDiskAttackTests : IDisposable
{
    private const string Gzip = "gz", Bzip2 = "bz2", Xz = "xz", Zstandard = "zst";

    private readonly TestRepository _repository = new();

    // A thousand-fold and more: what comes out is counted, not what goes in.
    [Theory]
    [InlineData(Gzip, "head -c 600M /dev/zero | gzip -1")]
    [InlineData(Bzip2, "head -c 600M /dev/zero | bzip2 -1")]
    [InlineData(Xz, "head -c 600M /dev/zero | xz -0")]
    [InlineData(Zstandard, "head -c 600M /dev/zero | zstd -q -1")]
    [InlineData(Gzip, "for i in 1 2 3 4 5 6; do head -c 100M /dev/zero | gzip -1; done")]
    [InlineData(Zstandard, "for i in 1 2 3 4 5 6; do head -c 100M /dev/zero | zstd -q -1; done")]
    public void A_bomb_is_stopped_in_bounded_memory(string suffix, string pack)
    {
        string path = Make(suffix, pack);
        Assert.InRange(new FileInfo(path).Length, 1, 5 << 20);
        Commit(path, "-c", "core.maxDecompressed=500M").Ends(20, "DISK-002");
        Assert.Empty(Directory.GetFiles(Path.Combine(_repository.Folder, "tmp")));
    }

    // Content that is allowed needs no more memory than any other, and holes no room.
    [Fact]
    public void What_is_allowed_takes_no_memory_either()
    {
        MeasuredRun run = Commit(Make(Zstandard, "head -c 600M /dev/zero | zstd -q -1"));
        run.Ends(0, "zst");
    }

    // Windows as long as the format allows, and headers that only claim to need them.
    [Theory]
    [InlineData(Zstandard, "head -c 1000 /dev/urandom | zstd -q --ultra --zstd=wlog=31 -c", 21, "so much memory")]
    [InlineData(Xz, "head -c 1000 /dev/urandom | xz --lzma2=dict=1536MiB -c", 21, "so much memory")]
    public void Huge_windows_are_refused(string suffix, string pack, int exitCode, string part) =>
        Commit(Make(suffix, pack)).Ends(exitCode, part);

    [Theory]
    [InlineData(Gzip, "gzip -1")]
    [InlineData(Bzip2, "bzip2 -1")]
    [InlineData(Xz, "xz -0")]
    [InlineData(Zstandard, "zstd -q -1")]
    public void Damage_at_any_place_is_named(string suffix, string packer)
    {
        const string Content = "head -c 300000 /dev/urandom";
        byte[] whole = File.ReadAllBytes(Make(suffix, $"{Content} | {packer}"));
        string path = _repository.Files["damaged." + suffix];
        int refused = 0;
        (string What, byte[] Bytes)[] attacks =
        [
            .. new[] { whole.Length - 1, whole.Length - 9, whole.Length / 2, 40, 12 }.Select(length =>
                ($"cut to {length}", whole[..length])),
            .. new[] { whole.Length - 2, whole.Length - 6, whole.Length / 2 }.Select(at => ($"a bit at {at}", Flip(whole, at))),
            ("garbage behind", [.. whole, .. "garbage that is no member"u8]),
            ("a second member that is cut", [.. whole, .. whole[..(whole.Length / 2)]]),
            ("a second member with a wrong checksum", [.. whole, .. Flip(whole, whole.Length - 6)]),
        ];
        foreach ((string what, byte[] bytes) in attacks)
        {
            File.WriteAllBytes(path, bytes);
            MeasuredRun run = Commit(path);
            Assert.True(run.ExitCode == 20 && run.Output.Contains("DISK-001", StringComparison.Ordinal),
                $"{what}: {run.ExitCode} {run.Output}");
            refused++;
        }

        Assert.Equal(attacks.Length, refused);

        // Negative control: the whole, and twice the whole, is a disk.
        foreach (byte[] bytes in (byte[][])[whole, [.. whole, .. whole]])
        {
            File.WriteAllBytes(path, bytes);
            Commit(path).Ends(0, suffix);
        }
    }

    // A container inside is as hostile as one outside: what it names is not read from elsewhere.
    [Fact]
    public void What_is_inside_may_not_name_files_elsewhere()
    {
        Directory.CreateDirectory(_repository.Files["in"]);
        _repository.Files.Write("secret.raw", new byte[1 << 20]);
        Tool.Run("bash", "-euc",
            $"cd '{_repository.Files["in"]}'; qemu-img create -q -f qcow2 -b ../secret.raw -F raw d.qcow2; gzip d.qcow2");
        Commit(_repository.Files["in/d.qcow2.gz"]).Ends(21, "--allow-base");
    }

    public void Dispose() => _repository.Dispose();

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 0x08;
        return flipped;
    }

    private string Make(string suffix, string pack)
    {
        string path = _repository.Files["disk.raw." + suffix];
        Tool.Run("bash", "-euc", $"({pack}) > '{path}'");
        return path;
    }

    private MeasuredRun Commit(string path, params string[] options) =>
        MeasuredRun.Of(["--repo", _repository.Folder, .. options, "commit", "-m", "a disk", path]);
}
