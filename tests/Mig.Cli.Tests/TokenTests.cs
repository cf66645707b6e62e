using System.Security.Cryptography;
using System.Text;
using Mig.Cli.Tests.Support;

namespace Mig.Cli.Tests;

public sealed class TokenTests
{
    [Fact]
    public void A_token_is_said_once_and_its_section_holds_the_hash_alone()
    {
        using var workspace = new Workspace();
        string[] lines = workspace.Ok("token", "create", "ci", "--allow", "read lab/**", "--allow", "write lab/web refs/heads/ci/*",
            "--expires", "2099-01-31").Split('\n');
        Assert.Equal("", lines[1]);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines[0])));
        Assert.Equal(["[token \"ci\"]", $"\thash = {hash}", "\tallow = read lab/**", "\tallow = write lab/web refs/heads/ci/*",
            "\texpires = 2099-01-31T00:00:00+00:00", ""], lines[2..]);
    }

    [Fact]
    public void A_file_takes_each_name_once()
    {
        using var workspace = new Workspace();
        string first = workspace.Ok("token", "create", "ada", "--append", "tokens");
        Assert.StartsWith("mig_", first, StringComparison.Ordinal);
        Assert.NotEqual(first, workspace.Ok("token", "create", "bob", "--append", "tokens"));
        string file = File.ReadAllText(workspace["tokens"]);
        workspace.Mig("token", "create", "ada", "--append", "tokens").Ends(3, "has a token 'ada'");
        Assert.Equal(file, File.ReadAllText(workspace["tokens"]));
        Assert.DoesNotContain("mig_", file, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it is 'mig token create NAME'", "list")]
    [InlineData("cannot name a token", "create", "a b")]
    [InlineData("is no right", "create", "ci", "--allow", "everything")]
    [InlineData("is no time", "create", "ci", "--expires", "some day")]
    [InlineData("is over", "create", "ci", "--expires", "2001-01-01")]
    public void What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        using var workspace = new Workspace();
        workspace.Mig(["token", .. arguments]).Ends(2, message);
    }
}
