using System.Text.Json;
using Mig.Cli.Tests.Support;

namespace Mig.Cli.Tests;

public sealed class JsonTests
{
    [Fact]
    public void Every_reading_verb_prints_JSON()
    {
        using Workspace workspace = Workspace.WithSample();
        string main = workspace.Ok("rev-parse", "main").Trim(), v1 = workspace.Ok("rev-parse", "v1").Trim(),
            first = workspace.Ok("rev-parse", "main~1").Trim();

        JsonElement log = Json("log");
        Assert.Equal([main, first], log.EnumerateArray().Select(commit => commit.GetProperty("id").GetString()));
        Assert.Equal(first, log[0].GetProperty("parents")[0].GetString());
        Assert.Equal("2026-09-21T14:14:20+00:00", log[0].GetProperty("author").GetProperty("date").GetString());
        Assert.Equal(["refs/heads/main", "refs/tags/light"], log[0].GetProperty("refs").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("golden web server\n\nFirst of its kind.\n", log[1].GetProperty("message").GetString());
        Assert.Equal("disk one.raw from raw", log[1].GetProperty("provenance")[0].GetString());
        Assert.Equal(0, Json("log", "-0").GetArrayLength());

        JsonElement show = Json("show", "v1");
        Assert.Equal("tag", show.GetProperty("kind").GetString());
        Assert.Equal(v1, show.GetProperty("tags")[0].GetProperty("id").GetString());
        Assert.Equal(first, show.GetProperty("commit").GetProperty("id").GetString());
        Assert.Equal("ext4", show.GetProperty("disks")[0].GetProperty("volumes")[0].GetProperty("fileSystem").GetString());

        Assert.Equal([true, false], Json("branch").EnumerateArray().Select(branch => branch.GetProperty("isHead").GetBoolean()));
        Assert.Equal(["commit", "tag"], Json("tag").EnumerateArray().Select(tag => tag.GetProperty("kind").GetString()));
        Assert.Equal(first, Json("tag", "v1")[0].GetProperty("commit").GetString());

        JsonElement moves = Json("reflog", "main");
        Assert.Equal("main@{0}", moves[0].GetProperty("selector").GetString());
        Assert.False(moves[1].TryGetProperty("before", out _));

        JsonElement range = Json("rev-parse", "v1..main");
        Assert.Equal([main, first], range.EnumerateArray().Select(revision => revision.GetProperty("id").GetString()));
        Assert.True(range[1].GetProperty("isExcluded").GetBoolean());

        Assert.Contains(Json("config", "--list").EnumerateArray(), setting =>
            setting.GetProperty("key").GetString() == "core.formatversion" && setting.GetProperty("scope").GetString() == "repository");
        Assert.True(Json("fsck").GetProperty("isIntact").GetBoolean());
        Assert.True(Json("fsck", "--quick").GetProperty("isQuick").GetBoolean());
        Assert.Equal(2, Json("stats").GetProperty("images").GetArrayLength());
        Assert.Equal(3, Json("stats").GetProperty("versions").GetInt32());
        Assert.StartsWith($"mig version {Json("version").GetProperty("version").GetString()} (", workspace.Ok("--version"),
            StringComparison.Ordinal);
        JsonElement commit = Json("commit", SampleDisks.Partitioned, "-m", "parts");
        Assert.Equal(workspace.Ok("rev-parse", "HEAD").Trim(), commit.GetProperty("id").GetString());
        Assert.Equal(10, commit.GetProperty("disks")[0].GetProperty("volumes")[0].GetProperty("files").GetInt32());
        Assert.False(Json("commit", SampleDisks.Partitioned, "-m", "parts").TryGetProperty("id", out _));
        workspace.Mig("cat", "--json", "HEAD:/etc/hostname").Ends(2, "leave --json out");

        JsonElement Json(params string[] arguments) => workspace.Mig([.. arguments, "--json"]).Ends(0).Json;
    }
}
