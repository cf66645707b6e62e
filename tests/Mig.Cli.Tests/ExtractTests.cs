using System.Text.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class ExtractTests
{
    [Fact]
    public void Files_and_folders_come_out()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal(".: 2 files (30 B), 1 folder, 1 link or device\n", workspace.Ok("extract", "HEAD:/etc", "."));
        Assert.Equal("web02\n", File.ReadAllText(workspace["etc/hostname"]));
        Assert.Equal("", workspace.Ok("extract", "-q", "v1:/etc/hostname", "old-name"));
        Assert.Equal("web01\n", File.ReadAllText(workspace["old-name"]));
        workspace.Mig("extract", "HEAD:/etc", ".").Ends(3, "etc exists; choose another place, or replace files there with --force");
        workspace.Ok("extract", "--force", "v1:/etc", ".");
        Assert.Equal("web01\n", File.ReadAllText(workspace["etc/hostname"]));

        // Any bytes: as mig ls prints them, and as they are.
        workspace.Ok("extract", "HEAD:/srv", "any");
        Assert.Equal("z", workspace.Shell("cat any/bad$'\\377'").Ends(0).Output);
        workspace.Ok("extract", "HEAD:\"/srv/bad\\377\"", "plain");
        Assert.Equal("z", File.ReadAllText(workspace["plain"]));

        JsonElement json = workspace.Mig("extract", "--json", "--no-privileges", "HEAD:/", "all").Ends(0).Json;
        Assert.Equal("all", json.GetProperty("destination").GetString());
        Assert.Equal(10, json.GetProperty("files").GetInt32());
        Tool.Run("rm", "-rf", workspace["any"], workspace["all"]);
    }

    [Fact]
    public void Archives_go_to_files_and_pipes()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("extract", "-o", "etc.tar", "HEAD:/etc", "HEAD:/usr/bin/tool");
        Assert.Equal("etc/\netc/hostname\netc/link\netc/os-release\ntool\n", workspace.Shell("tar -tf etc.tar").Ends(0).Output);
        Assert.Equal("web02\n", workspace.Shell("mig extract -o - HEAD:/etc | tar -xO etc/hostname").Ends(0).Output);
        Assert.Equal("same\n", workspace.Shell(
            "mig extract -q -o etc.tzst HEAD:/etc HEAD:/usr/bin/tool; zstd -qdc etc.tzst | cmp - etc.tar && echo same").Ends(0).Output);
        workspace.Mig("extract", "-o", "etc.tar", "HEAD:/etc").Ends(3, "etc.tar exists");
        workspace.Mig("extract", "-o", "x", "--format", "zip", "HEAD:/etc").Ends(2, "archives are tar, tar.zst, cpio");
        workspace.Mig("extract", "--json", "-o", "-", "HEAD:/etc").Ends(2, "not both");
        workspace.Mig("extract", "HEAD:/etc").Ends(2, "where to");
        workspace.Mig("extract", "--format", "tar", "HEAD:/etc", "x").Ends(2, "-o FILE");
        workspace.Mig("extract", "HEAD", "x").Ends(2, "write REV:PATH");
        workspace.Mig("extract", "HEAD:/etc/nothing", "x").Ends(1, "does not exist");
        Assert.Empty(Directory.GetFileSystemEntries(workspace.Folder, ".*.tmp"));
    }

    [Fact]
    public void Text_is_found_as_by_git_grep()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("v1:/etc/hostname:1:web01\nHEAD:/etc/hostname:1:web02\n", workspace.Ok("grep", "-n", "web", "v1", "HEAD"));
        Assert.Equal("main:/etc/hostname\n", workspace.Ok("grep", "--all", "-l", "^web"));
        Assert.Equal("HEAD:\"/srv/bad\\377\":z\n", workspace.Ok("grep", "^z$"));
        Assert.Equal("Binary file HEAD:/usr/bin/tool matches\n", workspace.Ok("grep", "-F", "ELF"));
        workspace.Mig("grep", "nothing like this").Ends(1);
        Assert.Equal("", workspace.Mig("grep", "-q", "web").Ends(0).Output);
        JsonElement line = workspace.Mig("grep", "--json", "web", "v1").Ends(0).Json[0];
        Assert.Equal(("/etc/hostname", 1, "web01"),
            (line.GetProperty("path").GetString(), line.GetProperty("line").GetInt32(), line.GetProperty("text").GetString()));
        Assert.Equal("[]\n", workspace.Mig("grep", "--json", "nothing like this").Ends(1).Output);
        workspace.Mig("grep").Ends(2, "say what to look for");
        workspace.Mig("grep", "(").Ends(2, "-F takes a pattern as it is");
        workspace.Mig("grep", "x", "nowhere").Ends(1, "nowhere");
    }

    [Fact]
    public void Images_are_ranked_by_what_they_share()
    {
        using Workspace workspace = Workspace.WithSample();
        JsonElement ranking = workspace.Mig("similar", "--json", "main", "side", "v1").Ends(0).Json;
        Assert.Equal(["v1", "side"], ranking.EnumerateArray().Select(image => image.GetProperty("image").GetString()));
        Assert.InRange(ranking[0].GetProperty("partOfRevision").GetDouble(), 0.9, 0.9999);
        Assert.EndsWith("  side\n", workspace.Ok("similar"), StringComparison.Ordinal);
        JsonElement matrix = workspace.Mig("stats", "--matrix", "--clusters", "--json").Ends(0).Json;
        Assert.Equal(["main", "side"], matrix.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(2, matrix.GetProperty("clusters").GetArrayLength());
        Assert.Equal(ranking[1].GetProperty("sharedBytes").GetInt64(), matrix.GetProperty("shared")[0][1].GetInt64());
        workspace.Ok("branch", "copy", "main");
        Assert.Contains("2 images: copy main\n", workspace.Ok("stats", "--clusters"), StringComparison.Ordinal);
        workspace.Mig("stats", "--threshold", "80").Ends(2, "--clusters");
        workspace.Mig("stats", "--clusters", "--threshold", "0").Ends(2, "1 to 100");
    }
}
