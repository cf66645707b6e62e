using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer.Protocol;

namespace Mig.Hostile.Tests;

/// <summary>Packed refs and lists of refs from a stranger: what no mig writes or says is refused by name, and changes nothing.</summary>
public sealed class HostileRefsTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string _id;

    public HostileRefsTests()
    {
        _repository.Files.Write("disk", MixedBytes.Make(50_000, 1));
        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        _id = repository.Refs.ReadHead().Id!.Value.ToString();
    }

    private string Packed => Path.Combine(_repository.Folder, "packed-refs");

    [Theory]
    [InlineData("ID refs/heads/x\nID refs/heads/x\n")]
    [InlineData("ID refs/heads/y\nID refs/heads/x\n")]
    [InlineData("ID refs/heads/../../config\n")]
    [InlineData("ID refs/heads/a\0b\n")]
    [InlineData("ID config\n")]
    [InlineData("zz refs/heads/x\n")]
    public void VerbsRefuseAPackedFileThatNoMigWritesAndLeaveItAlone(string lines)
    {
        string text = "# mig packed-refs 1\n" + lines.Replace("ID", _id, StringComparison.Ordinal);
        File.WriteAllText(Packed, $"{text}# sha256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}\n");
        byte[] before = File.ReadAllBytes(Packed);
        Attack.Mig("--repo", _repository.Folder, "branch").Ends(0, "HIST-018"); // a warning; the others are shown
        foreach (string[] verb in (string[][])[["gc"], ["fsck", "--quick"]])
            Attack.Mig(["--repo", _repository.Folder, .. verb]).Ends(22, "HIST-018");
        Attack.Mig("ls-remote", _repository.Folder).Ends(23, "HIST-018");
        Assert.Equal(before, File.ReadAllBytes(Packed));
        Assert.False(File.Exists(_repository.Files["repository/refs/config"]));
    }

    // The control, and what an older mig goes by.
    [Fact]
    public void AnExtensionSaysThatRefsArePacked()
    {
        string text = $"# mig packed-refs 1\n{_id} refs/heads/x\n";
        File.WriteAllText(Packed, $"{text}# sha256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}\n");
        Attack.Mig("--repo", _repository.Folder, "config", "extensions.packedRefs", "true").Ends(0);
        Attack.Mig("--repo", _repository.Folder, "rev-parse", "x").Ends(0, _id);
        Attack.Mig("--repo", _repository.Folder, "config", "extensions.packedRefs2", "true").Ends(0);
        Attack.Mig("--repo", _repository.Folder, "rev-parse", "x").Ends(21, "packedrefs2"); // as an older mig does
    }

    [Theory]
    [InlineData("""{"refs":[],"unchanged":true}""")]
    [InlineData("""{"refs":[],"unchanged":true,"more":true,"total":-7}""")]
    [InlineData("""{"refs":[],"more":true}""")]
    public void AServerCannotSayUnchangedOfWhatItWasNotAsked(string answer)
    {
        using HostileServer server = Serve(to => HostileServer.Record(to, 'J', answer));
        Attack.Mig("--repo", _repository.Folder, "fetch", server.Address).Ends(23, "REMOTE-015");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void BitsThatAnswerNoQuestionAreRefused(int bytes)
    {
        using HostileServer server = Serve(to =>
        {
            HostileServer.Record(to, 'J', """{"refs":[]}""");
            HostileServer.Record(to, 'B', new byte[bytes]);
        });
        Attack.Mig("--repo", _repository.Folder, "push", server.Address, "main").Ends(23, "REMOTE-011");
    }

    // A server of an older mig is not asked what it does not know; nor does it miss anything.
    [Fact]
    public void AnOlderServerIsAskedAsBefore()
    {
        using var server = new HostileServer(isHttp: true, (_, to) =>
        {
            HostileServer.Record(to, 'J', $$"""{"refs":[{"name":"refs/heads/main","id":"{{_id}}"}]}""");
            HostileServer.End(to);
        });
        Attack.Mig("--repo", _repository.Folder, "push", server.Address, "main").Ends(0, "Everything up-to-date");
    }

    public void Dispose() => _repository.Dispose();

    private static HostileServer Serve(Action<Stream> refs) => new(
        isHttp: true,
        (verb, to) =>
        {
            if (verb == Verbs.Hello)
                HostileServer.Record(to, 'J',
                    """{"protocol":1,"format":1,"program":"mig","features":["refs-in-pages","refs-unchanged"]}""");
            else
                refs(to);
            HostileServer.End(to);
        },
        greets: false);
}
