using Mig.Testing;

namespace Mig.Tests.Exchange.Serving;

/// <summary>Which token the program sends to which server, seen from the server and from the helpers it asks.</summary>
public sealed class ClientTokenTests : IDisposable
{
    // Documentation addresses (RFC 5737) belong to nobody; this one is given to the loopback device for a while.
    private const string OtherHost = "192.0.2.77";

    private readonly ServedFolder _served = new();

    [Fact]
    public void A_helper_is_asked_told_of_success_and_told_of_refusal()
    {
        string reader = _served.Token("reader", "read");
        _served.Start("--auth", _served.Files["tokens"]);
        string helper = _served.Files.Write(
            "helper",
            $"#!/bin/sh\necho \"$1\" >> {_served.Files["calls"]}\n[ \"$1\" != get ] || {{ echo username=ada; echo password=$(cat "
            + $"{_served.Files["password"]}); }}\n");
        Tool.Run("chmod", "755", helper);
        File.WriteAllText(_served.Files["password"], reader);
        ServedFolder.Mig("-c", "credential.helper=" + helper, "ls-remote", _served.Address + "/lab/web").Ends(0, "refs/heads/main");
        Assert.Equal("get\nstore\n", File.ReadAllText(_served.Files["calls"]));
        Assert.Contains("user=reader", _served.Log, StringComparison.Ordinal);

        File.Delete(_served.Files["calls"]);
        File.WriteAllText(_served.Files["password"], "mig_" + new string('A', 43));
        ServedFolder.Mig("-c", "credential.helper=" + helper, "ls-remote", _served.Address + "/lab/web")
            .Ends(23, "the token is unknown or has expired");
        Assert.Equal("get\nerase\n", File.ReadAllText(_served.Files["calls"]));
    }

    [Fact]
    public void A_token_stays_here_when_others_on_the_way_could_read_it()
    {
        string reader = _served.Token("reader", "read");
        Tool.Run("ip", "address", "replace", OtherHost + "/32", "dev", "lo");
        try
        {
            _served.Start("--auth", _served.Files["tokens"], "--insecure", "--listen", OtherHost + ":0");
            ServedFolder.MigAs(reader, "ls-remote", _served.Address + "/lab/web").Ends(2, "not sent over plain http");
            Assert.DoesNotContain("user=reader", _served.Log, StringComparison.Ordinal);
            Assert.Contains("status=401", _served.Log, StringComparison.Ordinal);
            ServedFolder.MigAs(reader, "-c", "http.allowInsecureToken=true", "ls-remote", _served.Address + "/lab/web")
                .Ends(0, "refs/heads/main");
            Assert.Contains("user=reader", _served.Log, StringComparison.Ordinal);
        }
        finally
        {
            Tool.Run("ip", "address", "delete", OtherHost + "/32", "dev", "lo");
        }
    }

    public void Dispose() => _served.Dispose();
}
