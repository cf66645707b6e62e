using System.Buffers.Binary;
using System.Net.Sockets;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Revisions;
using Mig.Images.Sessions;
using Mig.Testing;
using Mig.Tests.Exchange.Serving;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Images.Sessions;

/// <summary>Sessions from their beginning to their end.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public SessionTests()
    {
        TestDisks.FileSystem(_repository.Files, "disk.img", "-t ext4 -b 4096", "24M");
        _repository.Commit("disk.img");
    }

    [Fact]
    public async Task What_a_client_wrote_and_flushed_outlives_the_server_and_becomes_a_version()
    {
        string disk = _repository.Files["disk.img"];
        await using (var served = new NbdServed(_repository.Folder, change: options => options with { Writable = ["main"] }))
        {
            Tool.Run("qemu-io", "-f", "raw", "-c", "write -P 90 3M 1M", "-c", "write -P 7 1234567 777", "-c", "write -z 5M 64k", "-c",
                "discard 6M 1M", "-c", "flush", served.Uri("main"));
            Tool.Run("qemu-io", "-f", "raw", "-c", "read -P 90 3M 1M", "-c", "read -P 7 1234567 777", "-c", "read -P 0 5M 64k",
                served.Uri("main"));
            Tool.Run("nbdcopy", served.Uri("main"), _repository.Files["written.img"]);
            using Repository other = _repository.Open();
            Assert.Throws<ConflictException>(() => other.Sessions.Open("main"));
            foreach (Action refused in (Action[])[() => other.Sessions.Discard("main"), () => other.Sessions.Fork("main", "fork"),
                () => other.Sessions.ForkSealed("main", "fork"), () => other.Sessions.Commit("main", "late"),
                () => other.Sessions.Compare("main"), () => other.Sessions.Restore("main", [PathSpec.Root])])
                Assert.Contains("is locked by process", Assert.Throws<ConflictException>(refused).Message, StringComparison.Ordinal);
            Assert.StartsWith("process ", other.Sessions.Find("main").Holder, StringComparison.Ordinal);
        }

        using Repository repository = _repository.Open();
        CommitResult made = repository.Sessions.Commit("main", "what the machine did", cancellation: TestContext.Current.CancellationToken);
        Judge.AssertSame(_repository.Files["written.img"], _repository.Export("out.img"));
        SessionInfo info = repository.Sessions.Find("main");
        Assert.Equal((made.Id!.Value, 0L), (info.Base, info.DirtyBytes));
        Assert.Null(repository.Sessions.Commit("main", "nothing", cancellation: TestContext.Current.CancellationToken).Id);

        // The same bytes, committed as a file, are the same image.
        File.Copy(_repository.Files["written.img"], disk, overwrite: true);
        Assert.Equal(made.Image, _repository.Commit(new CommitRequest { Disks = [disk], Message = "a file", AllowEmpty = true }).Image);
        _repository.AssertClean();
    }

    // The guest is told that there is no room, and has all that it was told is durable, then and later.
    [Fact]
    public async Task When_the_disk_of_the_server_is_full_the_guest_is_told_so_and_loses_nothing()
    {
        using Mount small = Mount.Memory(12 << 20);
        string folder = small["repository"];
        TestFolder.Copy(_repository.Folder, folder);
        await using (var served = new NbdServed(folder, change: options => options with { Writable = ["main"] }))
        {
            Tool.Run("qemu-io", "-f", "raw", "-c", "write -P 90 3M 2M", "-c", "flush", served.Uri("main"));
            string told = Tool.Try("qemu-io", "-f", "raw", "-c", "write -P 91 6M 16M", served.Uri("main")).Output;
            Assert.Contains("No space left on device", told, StringComparison.Ordinal);
            Tool.Run("qemu-io", "-f", "raw", "-c", "read -P 90 3M 2M", "-c", "write -P 92 4M 1M", "-c", "flush", served.Uri("main"));
        }

        await using (var served = new NbdServed(folder, change: options => options with { Writable = ["main"] }))
        {
            Tool.Run("qemu-io", "-f", "raw", "-c", "read -P 90 3M 1M", "-c", "read -P 92 4M 1M", "-c", "discard 3M 2M", "-c",
                "write -P 93 7M 1M", "-c", "flush", "-c", "read -P 93 7M 1M", served.Uri("main"));
            Assert.NotEqual(0, Tool.Try("qemu-io", "-f", "raw", "-c", "read -P 90 3M 1M", served.Uri("main")).ExitCode); // it would tell
        }
    }

    // The kernel tells each open file once: who comes later would be told that all is well.
    [Fact]
    public async Task A_flush_that_failed_has_failed_for_all_connections_and_those_to_come()
    {
        await using var served = new NbdServed(_repository.Folder, change: options => options with { Writable = ["main"] });
        var place = new UnixDomainSocketEndPoint(Uri.UnescapeDataString(served.Uri("main").Split("socket=")[1]));
        using NbdLine early = new NbdLine(place).Choose("main"), failing = new NbdLine(place).Choose("main");
        Assert.Equal(0, Ask(early, NbdLine.Write, [.. new byte[4096]]));
        using (FileFault.Install(_repository.Folder, 1, Errno.InputOutput, counts: (step, path) =>
            step == FileStep.Sync && path.EndsWith(".layer", StringComparison.Ordinal)))
            Assert.Equal(5, Ask(failing, NbdLine.Flush));
        using NbdLine late = new NbdLine(place).Choose("main");
        foreach (NbdLine line in (NbdLine[])[early, late])
        {
            Assert.Equal(5, Ask(line, NbdLine.Flush));
            Assert.Equal(5, Ask(line, NbdLine.Write, [.. new byte[4096]]));
        }

        static int Ask(NbdLine line, ushort command, params byte[] payload)
        {
            line.Send([.. NbdLine.Request(command, 0, (uint)payload.Length), .. payload]);
            byte[] reply = line.TakeChunk().Payload;
            return reply.Length < 4 ? 0 : BinaryPrimitives.ReadInt32BigEndian(reply);
        }
    }

    [Fact]
    public void A_fork_has_what_its_origin_had_and_both_go_on_apart()
    {
        using Repository repository = _repository.Open();
        repository.Sessions.Start("one", "main");
        Write(repository, "one", 0, 1);
        repository.Sessions.Fork("one", "two");
        repository.Sessions.Fork("two", "three");
        Write(repository, "one", 4096, 2);
        Write(repository, "two", 0, 3);
        Assert.Equal([1, 2], Read(repository, "one", 0, 4096));
        Assert.Equal([3, Original(4096)], Read(repository, "two", 0, 4096));
        Assert.Equal([1, Original(4096)], Read(repository, "three", 0, 4096));
        repository.Sessions.Discard("one");
        repository.Sessions.Discard("two");
        Assert.Equal([1, Original(4096)], Read(repository, "three", 0, 4096));
        Assert.Equal(["three"], repository.Sessions.List().Select(session => session.Name));
        Assert.Throws<ConflictException>(() => repository.Sessions.Fork("three", "three"));
    }

    [Fact]
    public void A_collection_keeps_what_a_session_stands_on_and_ends_those_whose_time_is_over()
    {
        using (Repository repository = _repository.Open())
        {
            repository.Sessions.Start("kept", "main");
            repository.Sessions.Start("over", "main", TimeSpan.FromTicks(1));
        }

        File.WriteAllBytes(_repository.Files["other.img"], MixedBytes.Make(1 << 20, 3));
        ServedFolder.Mig("--repo", _repository.Folder, "checkout", "-q", "--detach", "main").Ends(0);
        ServedFolder.Mig("--repo", _repository.Folder, "branch", "-D", "main").Ends(0);
        ServedFolder.Mig("--repo", _repository.Folder, "commit", "-q", _repository.Files["other.img"], "-m", "other", "--amend").Ends(0);
        ServedFolder.Mig("--repo", _repository.Folder, "reflog", "expire", "--expire=now", "--all").Ends(0);
        using (Repository repository = _repository.Open())
        {
            new Mig.Care.Maintenance.GarbageCollection(repository, new Mig.Care.Maintenance.CollectionOptions
            {
                PruneBefore =
                DateTime.MaxValue
            }).Run(TestContext.Current.CancellationToken);
            Assert.Equal(["kept"], repository.Sessions.List().Select(session => session.Name));
            Assert.Equal([Original(4096 * 300)], Read(repository, "kept", 4096 * 300));
        }
    }

    [Fact]
    public void A_branch_that_moved_on_is_not_moved()
    {
        using Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
        Write(repository, "s", 0, 1);
        File.WriteAllBytes(_repository.Files["disk.img"], MixedBytes.Make(1 << 20, 3));
        CommitId tip = _repository.Commit("disk.img").Id!.Value;
        Assert.Throws<ConflictException>(() => repository.Sessions.Commit("s", "late",
            cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(tip, repository.Revisions.ResolveCommit("main"));
        Assert.Equal([1], Read(repository, "s", 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a b")]
    public void Names_lead_nowhere_else(string name)
    {
        using Repository repository = _repository.Open();
        Assert.Throws<UsageException>(() => repository.Sessions.Start(name, "main"));
        Assert.Throws<UsageException>(() => repository.Sessions.Discard(name));
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "mig-session 1", "mig-session 2" },
        { "base ", "base 0" },
        { "created ", "created -" },
        { "branch refs/heads/main", "branch refs/tags/main" },
        { "branch ", "next " },
        { "disk ", "disk ../" },
        { "disk ", "other " },
        { "created ", "base " },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void What_breaks_the_format_is_named(string from, string to)
    {
        using Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
        string path = Path.Combine(_repository.Folder, "sessions/s/session");
        File.WriteAllText(path, File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal));
        Assert.Equal("SESS-001", Assert.Throws<CorruptStoreException>(() => repository.Sessions.Open("s")).Code);
        repository.Sessions.Discard("s");
    }

    [Fact]
    public void A_map_that_breaks_its_format_is_named()
    {
        using Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
        Write(repository, "s", 0, 1);
        string map = Directory.GetFiles(Path.Combine(_repository.Folder, "sessions/s"), "*.map").Single();
        byte[] bytes = File.ReadAllBytes(map);
        (bytes[76], bytes[77]) = (3, 0xFC);
        File.WriteAllBytes(map, bytes);
        Assert.Contains("offset 76: it names layer 2", Assert.Throws<CorruptStoreException>(() => repository.Sessions.Open("s")).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(map, bytes[1..]);
        Assert.Equal("SESS-001", Assert.Throws<CorruptStoreException>(() => repository.Sessions.Open("s")).Code);
        File.Delete(map);
        Assert.Equal("SESS-001", Assert.Throws<CorruptStoreException>(() => repository.Sessions.Open("s")).Code);
    }

    // Each bit of it, and a sector that came back as zeros.
    [Fact]
    public void A_map_that_was_damaged_is_noticed()
    {
        using Repository repository = _repository.Open();
        repository.Sessions.Start("s", "main");
        Write(repository, "s", 8192, 1);
        string map = Directory.GetFiles(Path.Combine(_repository.Folder, "sessions/s"), "*.map").Single();
        byte[] bytes = File.ReadAllBytes(map);
        Assert.Equal([0, 0xFF, 0, 0xFF, 2, 0xFD, 0, 0xFF], bytes[..8]);
        for (int bit = 0; bit < 64; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(map, damaged);
            Assert.Equal("SESS-001", Assert.Throws<CorruptStoreException>(() => repository.Sessions.Open("s")).Code);
        }

        File.WriteAllBytes(map, [.. new byte[512], .. bytes[512..]]);
        Assert.Contains("the map is damaged", Assert.Throws<CorruptStoreException>(() => repository.Sessions.Find("s")).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(map, bytes);
        Assert.Equal([1], Read(repository, "s", 8192));
    }

    public void Dispose() => _repository.Dispose();

    private byte Original(long offset)
    {
        using FileStream file = File.OpenRead(_repository.Files["disk.img"]);
        file.Position = offset;
        return (byte)file.ReadByte();
    }

    private static void Write(Repository repository, string name, long offset, byte value)
    {
        using OpenSession session = repository.Sessions.Open(name);
        session.Disks[0].Write(offset, Enumerable.Repeat(value, 4096).ToArray());
        session.Flush();
    }

    private static byte[] Read(Repository repository, string name, params long[] offsets)
    {
        using OpenSession session = repository.Sessions.Open(name);
        byte[] read = new byte[offsets.Length];
        for (int i = 0; i < offsets.Length; i++)
            session.Disks[0].ReadExactly(offsets[i], read.AsSpan(i, 1));
        return read;
    }
}
