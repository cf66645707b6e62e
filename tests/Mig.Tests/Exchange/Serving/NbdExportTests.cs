using Mig.Core;
using Mig.Exchange.Serving;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Serving;

/// <summary>Which disks there are over NBD, under which names, and for whom.</summary>
public sealed class NbdExportTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string[] _ids;

    public NbdExportTests()
    {
        byte[] large = new byte[3 << 20]; // more than a frame
        new Random(1).NextBytes(large);
        File.WriteAllBytes(_repository.Files["one.img"], large);
        File.WriteAllBytes(_repository.Files["two.img"], MixedBytes.Make(200_000 / 512 * 512, 2));
        string first = _repository.Commit("one.img").Id!.Value.Value.ToString();
        _ids = [first, _repository.Commit("one.img", "two.img").Id!.Value.Value.ToString()];
        ServedFolder.Mig("--repo", _repository.Folder, "branch", "feature/web", "main").Ends(0);
        ServedFolder.Mig("--repo", _repository.Folder, "tag", "v1", first).Ends(0);
    }

    [Fact]
    public async Task Every_revision_names_its_disks()
    {
        await using var served = new NbdServed(_repository.Folder);
        foreach (string name in (string[])["", "HEAD", "main", "feature/web", "main~1", "main@{1}", "v1", _ids[0], _ids[1][..12],
            "main:disk1", "main:one.img", ":one.img"])
            AssertSame(served.Uri(name), "one.img");
        foreach (string name in (string[])["main:disk2", "main:two.img", "feature/web:disk2", _ids[1] + ":disk2"])
            AssertSame(served.Uri(name), "two.img");
        foreach (string name in (string[])["none", "v1:disk2", "main:disk3", "main:disk0", "main:disk", "main:../one.img", "main:", "../x",
            "main@{99}", "\u0001", new string('x', 4000), "v1~9", "-h", "main/../main"])
            Assert.Contains("No such file or directory for export", Tool.Try("nbdinfo", served.Uri(name)).Output, StringComparison.Ordinal);
        Assert.Equal(
            ["feature/web", "feature/web:disk2", "main", "main:disk2", "v1"],
            Tool.Run("nbdinfo", "--list", "--json", served.Uri("")).Split('\n')
                .Where(line => line.Contains("\"export-name\"", StringComparison.Ordinal)).Select(line => line.Split('"')[3]));
    }

    [Fact]
    public async Task Who_reads_over_several_connections_reads_one_version()
    {
        await using var served = new NbdServed(_repository.Folder);
        string[] socket = served.Uri("").Split("socket=");
        using var first = new NbdLine(new System.Net.Sockets.UnixDomainSocketEndPoint(socket[1]));
        first.Choose("feature/web");
        ServedFolder.Mig("--repo", _repository.Folder, "branch", "-f", "feature/web", "v1").Ends(0);
        AssertSame(served.Uri("feature/web:disk2"), "two.img");
        first.Dispose();
        Waiting.Until(() => served.Log.Split('\n').Length > 2);
        Assert.NotEqual(0, Tool.Try("nbdinfo", served.Uri("feature/web:disk2")).ExitCode);
    }

    [Fact]
    public async Task A_token_gives_what_it_gives_over_http()
    {
        using var folder = new ServedFolder();
        string reader = folder.Token("reader", "read lab/**"), other = folder.Token("other", "write elsewhere");
        Tool.Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", folder.Files["server-key.pem"], "-out",
            folder.Files["server-cert.pem"]);
        await using var served = new NbdServed(folder.Root, isTcp: true, options => options with { AccessFile = folder.Files["tokens"] });
        string disk = folder.Files["disk.img"];
        Compare(served.Uri($"{reader}@lab/web/main"), disk);
        Compare(served.Uri($"{reader}@lab/web"), disk);
        foreach (string name in (string[])[$"{reader}@secret/main", $"{other}@lab/web/main", $"{reader}@lab/none/main", $"{reader}@"])
            Assert.Contains("No such file or directory for export", Tool.Try("nbdinfo", served.Uri(name)).Output, StringComparison.Ordinal);
        foreach (string name in (string[])["lab/web/main", "", $"mig_{new string('A', 43)}@lab/web/main"])
            Assert.NotEqual(0, Tool.Try("nbdinfo", served.Uri(name)).ExitCode);
        Assert.NotEqual(0, Tool.Try("nbdinfo", "--list", served.Uri("")).ExitCode);
        Assert.Contains("nbd=lab/web/main", served.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(reader, served.Log, StringComparison.Ordinal);

        // What is for everybody is listed for everybody.
        File.AppendAllText(folder.Files["tokens"], "[anonymous]\n\tallow = read lab/**\n");
        Waiting.Until(() => Tool.Try("nbdinfo", "--list", served.Uri("")).ExitCode == 0);
        string list = Tool.Run("nbdinfo", "--list", served.Uri(""));
        Assert.Contains("export=\"lab/web/main\"", list, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", list, StringComparison.Ordinal);
        Compare(served.Uri("lab/web/main"), disk);

        // The socket's mode says who may come, so nothing else is asked for.
        await using var local = new NbdServed(folder.Root, isTcp: false, options => options with { AccessFile = folder.Files["tokens"] });
        Compare(local.Uri("secret/main"), disk);

        // With a certificate nothing is said in the clear.
        await using var tls = new NbdServed(folder.Root, isTcp: true, options =>
            options with { AccessFile = folder.Files["tokens"], Tls = (folder.Files["server-cert.pem"], folder.Files["server-key.pem"]) });
        Assert.NotEqual(0, Tool.Try("nbdinfo", tls.Uri($"{reader}@lab/web/main")).ExitCode);
        Directory.CreateDirectory(folder.Files["ca"]);
        File.Copy(folder.Files["server-cert.pem"], folder.Files["ca/ca-cert.pem"]);
        Compare(tls.Uri($"{reader}@lab/web/main").Replace("nbd://", "nbds://", StringComparison.Ordinal) + "?tls-certificates="
            + folder.Files["ca"], disk);
    }

    [Fact]
    public async Task Other_machines_need_an_access_file_or_a_word_for_it()
    {
        var options = new ServerOptions { Root = _repository.Folder, Nbd = "tcp:0.0.0.0:0" };
        UsageException error = await Assert.ThrowsAsync<UsageException>(() => RepositoryServer
            .StartAsync(options, TestRepository.Context, TestContext.Current.CancellationToken));
        Assert.Contains("0.0.0.0:0 can be reached from other machines", error.Message, StringComparison.Ordinal);
        await using RepositoryServer server = await RepositoryServer
            .StartAsync(options with { IsInsecure = true }, TestRepository.Context, TestContext.Current.CancellationToken);
        Assert.StartsWith("nbd://0.0.0.0:", server.NbdAddress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_beside_it_takes_nothing_from_who_reads()
    {
        await using var served = new NbdServed(_repository.Folder, change: options => options with { CacheSize = 1 });
        using var line = new NbdLine(new System.Net.Sockets.UnixDomainSocketEndPoint(served.Uri("").Split("socket=")[1]));
        line.Choose("main");
        byte[] read = new byte[4096];
        line.Send(NbdLine.Request(NbdLine.Read, 0, 4096));
        Assert.Equal(0u, line.TakeRead(0, read).Error);
        ServedFolder.Mig("--repo", _repository.Folder, "gc").Ends(0);
        byte[] wanted = File.ReadAllBytes(_repository.Files["one.img"]), all = new byte[wanted.Length];
        line.Send(NbdLine.Request(NbdLine.Read, 0, (uint)all.Length));
        Assert.Equal(0u, line.TakeRead(0, all).Error);
        Assert.Equal(wanted, all);

        // What is gone is an error, never something else.
        await using var later = new NbdServed(_repository.Folder);
        using var other = new NbdLine(new System.Net.Sockets.UnixDomainSocketEndPoint(later.Uri("").Split("socket=")[1]));
        other.Choose("main");
        foreach (string pack in Directory.GetFiles(Path.Combine(_repository.Folder, "packs"), "*.pack"))
            File.WriteAllBytes(pack, new byte[new FileInfo(pack).Length]);
        other.Send(NbdLine.Request(NbdLine.Read, 0, (uint)all.Length));
        Assert.Equal(5u, other.TakeRead(0, all).Error);
        Assert.Contains("main: PACK-001", later.Log, StringComparison.Ordinal);
    }

    public void Dispose() => _repository.Dispose();

    private void AssertSame(string uri, string disk) => Compare(uri, _repository.Files[disk]);

    private static void Compare(string uri, string file)
    {
        using var copy = new TestFolder();
        Tool.Run("nbdcopy", uri, copy["copy"]);
        Judge.AssertSame(file, copy["copy"]);
    }
}
