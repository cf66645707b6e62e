using System.Globalization;
using Mig.Tests.Exchange.Serving;

namespace Mig.Hostile.Tests;

/// <summary>
/// However many refs somebody pushes, the others can list and fetch; and more than a repository takes is refused by name, by the sender and
/// by the receiver.
/// </summary>
public sealed class ManyRefsTests : IDisposable
{
    private const int Count = 11_500;

    private readonly ServedFolder _served = new();

    private string Web => _served.Address + "/lab/web";

    private string[] Push => ["--repo", _served.Source.Folder, "push"];

    // Each of the quotes takes six bytes of JSON: the list would have 17 MB.
    [Fact]
    public void A_repository_with_very_many_refs_can_be_listed_and_fetched_from()
    {
        string id = ServedFolder.Mig("--repo", _served.Source.Folder, "rev-parse", "HEAD").Ends(0).Trim();
        Directory.CreateDirectory(_served.Files["root/lab/web/refs/heads/ci"]);
        string quotes = new('\'', 230);
        for (int i = 0; i < Count; i++)
            File.WriteAllText(_served.Files[string.Create(CultureInfo.InvariantCulture, $"root/lab/web/refs/heads/ci/{quotes}{i}")], id
                + "\n");
        _served.Start();
        Assert.Equal(Count + 1, ServedFolder.Mig("ls-remote", "--heads", Web).Ends(0).Split('\n')
            .Count(line => line.Contains("\trefs/heads/", StringComparison.Ordinal)));
        Assert.Equal("", ServedFolder.Mig("ls-remote", "--tags", Web).Ends(0));
        ServedFolder.Mig("ls-remote", _served.Root + "/lab/web", "main").Ends(0, "refs/heads/main");
        ServedFolder.Mig("clone", "-q", "--single-branch", "-b", "main", Web, _served.Files["clone"]).Ends(0);
    }

    [Fact]
    public void More_refs_than_one_push_may_move_go_in_parts_or_not_at_all()
    {
        ServedFolder.Mig("--repo", _served.Files["root/lab/web"], "config", "receive.maxUpdates", "5").Ends(0);
        MakeBranches(12);
        _served.Start();
        ServedFolder.Mig([.. Push, Web, "refs/heads/b*:refs/heads/b*"]).Ends(2, "receive.maxUpdates");
        Assert.DoesNotContain("refs/heads/b", ServedFolder.Mig("ls-remote", Web).Ends(0), StringComparison.Ordinal);
        ServedFolder.Mig([.. Push, "--no-atomic", Web, "refs/heads/b*:refs/heads/b*"]).Ends(0);
        Assert.Equal(12, ServedFolder.Mig("ls-remote", Web).Ends(0).Split("\trefs/heads/b").Length - 1);
    }

    [Fact]
    public void More_refs_than_a_repository_may_have_are_refused()
    {
        ServedFolder.Mig("--repo", _served.Files["root/lab/web"], "config", "receive.maxRefs", "4").Ends(0);
        MakeBranches(12);
        _served.Start();
        ServedFolder.Mig([.. Push, Web, "b1", "b2", "b3"]).Ends(0);
        ServedFolder.Mig([.. Push, Web, "b4"]).Ends(2, "receive.maxRefs");
        ServedFolder.Mig([.. Push, Web, "main"]).Ends(0);
        ServedFolder.Mig([.. Push, Web, ":b3", "b4"]).Ends(0);

        // Whoever does not ask before is refused, too.
        string id = ServedFolder.Mig("--repo", _served.Source.Folder, "rev-parse", "HEAD").Ends(0).Trim();
        string answer = RawPush(Enumerable.Range(0, 3).Select(i => $$"""{"name":"refs/heads/x{{i}}","new":"{{id}}"}"""));
        Assert.Contains("receive.maxRefs", answer, StringComparison.Ordinal);
        Assert.Contains("refusals", RawPush([$$"""{"name":"refs/heads/main","old":"{{id}}","new":"{{id}}"}"""]), StringComparison.Ordinal);
    }

    public void Dispose() => _served.Dispose();

    private void MakeBranches(int count)
    {
        for (int i = 1; i <= count; i++)
            ServedFolder.Mig("--repo", _served.Source.Folder, "branch", string.Create(CultureInfo.InvariantCulture, $"b{i}"), "HEAD")
                .Ends(0);
    }

    private string RawPush(IEnumerable<string> updates)
    {
        using var body = new MemoryStream();
        HostileServer.Record(body, 'Q', $$"""{"verb":"push","atomic":true,"updates":[{{string.Join(',', updates)}}]}""");
        HostileServer.End(body);
        File.WriteAllBytes(_served.Files["body"], body.ToArray());
        return ServedFolder.Curl("-H", "Content-Type: application/x-mig", "--data-binary", "@" + _served.Files["body"], "-o", "-", Web
            + "/mig/v1");
    }
}
