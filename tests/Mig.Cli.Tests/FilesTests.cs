using System.Text;
using System.Text.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class FilesTests
{
    [Fact]
    public void Directories_are_listed_like_by_ls()
    {
        using Workspace workspace = Workspace.WithSample();
        string owner = $"{Tool.Run("id", "-u").Trim()} {Tool.Run("id", "-g").Trim()}";
        Assert.Equal("etc\nlost+found\nsrv\nusr\n", workspace.Ok("ls"));
        Assert.Equal(
            $"-rw-r--r-- {owner}  6 2026-02-01 00:00:00 hostname\nlrwxrwxrwx {owner} 10 2026-01-31 12:34:56 link -> "
                + $"../usr/bin\n-rw-r--r-- {owner} 24 2026-01-31 12:34:56 os-release\n",
            workspace.Ok("ls", "-l", "HEAD:/etc"));
        Assert.Equal($"-rwsr-xr-x {owner} 7 2026-01-31 12:34:56 tool\n", workspace.Ok("ls", "-l", "v1:usr/bin/tool"));
        Assert.Equal($"drwxr-xr-x {owner} 0 2026-01-31 12:34:56 etc\n", workspace.Ok("ls", "-ld", ":/etc/../etc/."));
        Assert.Equal("/usr/bin\n/usr/bin/large\n/usr/bin/tool\n", workspace.Ok("ls", "-R", "HEAD:/usr"));
        workspace.Environment["TZ"] = "Asia/Tokyo";
        Assert.Contains(" 2026-01-31 21:34:56 tool\n", workspace.Ok("ls", "-l", "HEAD:/usr/bin"), StringComparison.Ordinal);
    }

    [Fact]
    public void Strange_names_are_quoted_and_taken_back()
    {
        using Workspace workspace = Workspace.WithSample();
        string[] names = workspace.Ok("ls", "HEAD:/srv").TrimEnd('\n').Split('\n');
        Assert.Equal(["\"a\\nb\"", "\"bad\\377\"", "\"esc\\033[31m\"", "grün", "pipe", "\"quo\\\"te\"", "sp ace"], names);
        foreach ((string name, string content) in names.Zip("x z y u - q s".Split(' ')))
        {
            if (content != "-")
                Assert.Equal(content, workspace.Ok("cat", $"HEAD:{(name[0] == '"' ? "\"/srv/" + name[1..] : "/srv/" + name)}"));
        }

        // Raw bytes, out and in again.
        Outcome raw = workspace.Mig("ls", "-z", "HEAD:/srv").Ends(0);
        Assert.Equal("a\nb\0bad\u00FF\0esc\e[31m\0gr\u00C3\u00BCn\0pipe\0quo\"te\0sp ace\0", Encoding.Latin1.GetString(raw.OutputBytes));
        Assert.Equal("xzyuqs", workspace.Shell(
            "mig ls -Rz :/srv | grep -avz pipe | while IFS= read -r -d '' f; do mig cat \"HEAD:$f\"; done").Ends(0).Output);
        workspace.Mig("cat", "HEAD:\"/srv/\\q\"").Ends(2, "means nothing in a quoted path");
    }

    [Fact]
    public void Contents_come_out_byte_for_byte()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 1, 0xFF], workspace.Mig("cat", "HEAD:/usr/bin/tool").Ends(0).OutputBytes);
        Assert.Equal("web01\nweb02\n", workspace.Ok("cat", "v1:/etc/hostname", ":/etc/hostname"));
        byte[] large = workspace.Mig("cat", "HEAD:/usr/bin/large").Ends(0).OutputBytes;
        Assert.Equal(3_000_000, large.Length);
        Assert.Equal(
            workspace.Mig("ls", "--json", "HEAD:/usr/bin/large").Json[0].GetProperty("sha256").GetString(),
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(large)));
        workspace.Mig("cat", "HEAD:/etc").Ends(2, "/etc is a directory");
        workspace.Mig("cat", "HEAD:/etc/hostnam").Ends(1, "Did you mean 'hostname'?");
        workspace.Mig("cat", "HEAD").Ends(2, "write REV:PATH");
        workspace.Mig("cat").Ends(2, "name a file");
    }

    [Fact]
    public void Entries_as_JSON_lose_nothing()
    {
        using Workspace workspace = Workspace.WithSample();
        JsonElement entries = workspace.Mig("ls", "-R", "--json", "HEAD:/").Ends(0).Json;
        Dictionary<string, JsonElement> byPath = entries.EnumerateArray().ToDictionary(entry => entry.GetProperty("path").GetString()!);
        Assert.Equal("bad\uFFFD", byPath["/srv/bad\uFFFD"].GetProperty("name").GetString());
        Assert.Equal("bad\u00FF", Encoding.Latin1.GetString(byPath["/srv/bad\uFFFD"].GetProperty("nameBytes").GetBytesFromBase64()));
        Assert.Equal("/srv/bad\u00FF", Encoding.Latin1.GetString(byPath["/srv/bad\uFFFD"].GetProperty("pathBytes").GetBytesFromBase64()));
        Assert.False(byPath["/srv/a\nb"].TryGetProperty("nameBytes", out _));
        Assert.Equal("fifo", byPath["/srv/pipe"].GetProperty("type").GetString());
        Assert.Equal("../usr/bin", byPath["/etc/link"].GetProperty("target").GetString());
        JsonElement tool = byPath["/usr/bin/tool"];
        Assert.Equal("4755", tool.GetProperty("mode").GetString());
        Assert.Equal(7, tool.GetProperty("size").GetInt64());
        Assert.Equal("2026-01-31T12:34:56.000000000Z", tool.GetProperty("modifiedTime").GetString());
        Assert.Equal(entries.GetArrayLength(), workspace.Ok("ls", "-R").Count(c => c == '\n'));
    }
}
