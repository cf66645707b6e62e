using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Serving;

/// <summary>Disks of versions as QEMU, libnbd, nbdkit and fio see them.</summary>
public sealed class NbdJudgeTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public NbdJudgeTests()
    {
        TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk.img");
    }

    [Fact]
    public async Task Each_of_them_reads_the_disk_that_was_committed()
    {
        string disk = _repository.Files["disk.img"];
        await using var served = new NbdServed(_repository.Folder);
        string uri = served.Uri("main");
        Assert.Contains("Images are identical", Tool.Run("qemu-img", "compare", "-f", "raw", "-F", "raw", uri, disk),
            StringComparison.Ordinal);
        Tool.Run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", uri, _repository.Files["copy.qcow2"]);
        Tool.Run("qemu-img", "compare", _repository.Files["copy.qcow2"], disk, "-F", "raw");
        Tool.Run("nbdcopy", uri, _repository.Files["copy.raw"]);
        Judge.AssertSame(disk, _repository.Files["copy.raw"]);
        Tool.Run("nbdkit", "--exit-with-parent", "-U", "-", "nbd", "uri=" + uri, "--run",
            $"qemu-img compare -f raw -F raw \"$uri\" {disk}");
        Tool.Run("qemu-io", "-r", "-f", "raw", "-c", "read -v 1080 16", "-c", "read 0 24M", uri);
        string fio = Tool.Run("fio", "--name=random", "--ioengine=nbd", "--thread", "--uri=" + uri, "--rw=randread", "--bs=4k",
            "--iodepth=16", "--io_size=8M", "--size=24M");
        Assert.Contains("err= 0", fio, StringComparison.Ordinal);

        // A judge that would not see a difference is none.
        using (FileStream other = File.OpenWrite(disk))
            other.WriteByte(1);
        Assert.NotEqual(0, Tool.Try("qemu-img", "compare", "-f", "raw", "-F", "raw", uri, disk).ExitCode);
    }

    [Fact]
    public async Task They_are_told_what_it_is()
    {
        await using var served = new NbdServed(_repository.Folder);
        string said = Tool.Run("nbdinfo", served.Uri("main"));
        foreach (string part in (string[])["newstyle-fixed", "structured packets", "export-size: 25165824", "base:allocation",
            "is_read_only: true", "can_multi_conn: true", "can_df: true", "can_cache: true", "(disk.img)"])
            Assert.Contains(part, said, StringComparison.Ordinal);
        Assert.Contains("export=\"main\"", Tool.Run("nbdinfo", "--list", served.Uri("")), StringComparison.Ordinal);
        Assert.Contains("virtual size: 24 MiB", Tool.Run("qemu-img", "info", served.Uri("main")), StringComparison.Ordinal);

        // What is told to be zero is, and most of it is not sent.
        string[] map = Tool.Run("nbdinfo", "--map", served.Uri("main")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        byte[] bytes = File.ReadAllBytes(_repository.Files["disk.img"]);
        long end = 0, zeros = 0;
        foreach (long[] words in map.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3].Select(long.Parse)
            .ToArray()))
        {
            Assert.Equal(end, words[0]);
            end += words[1];
            zeros += words[2] == 3 ? words[1] : 0;
            Assert.True(words[2] == 0 || bytes.AsSpan((int)words[0], (int)words[1]).IndexOfAnyExcept((byte)0) < 0);
        }

        Assert.Equal(bytes.Length, end);
        Assert.True(zeros > 8 << 20, $"{zeros} bytes of holes");
        Assert.Contains("\"zero\": true", Tool.Run("qemu-img", "map", "--output=json", served.Uri("main")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_writes_to_a_version()
    {
        await using var served = new NbdServed(_repository.Folder);
        Assert.NotEqual(0, Tool.Try("qemu-io", "-f", "raw", "-c", "write 0 4k", served.Uri("main")).ExitCode);
        using var line = new NbdLine(new System.Net.Sockets.UnixDomainSocketEndPoint(served.Uri("").Split("socket=")[1]));
        line.Choose("main");
        line.Send([.. NbdLine.Request(NbdLine.Write, 0, 4096), .. new byte[4096]]);
        Assert.Equal([0, 0, 0, 1], line.TakeChunk().Payload[..4]);
    }

    public void Dispose() => _repository.Dispose();
}
