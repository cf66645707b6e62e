using System.Text.Json;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class SearchTests
{
    [Fact]
    public void Places_are_printed_as_cat_takes_them()
    {
        using Workspace workspace = Workspace.WithSample();
        Assert.Equal("main:/etc/hostname  (also light, v1)\n", workspace.Ok("search", "--name", "hostname"));
        Assert.Equal("main:/etc/hostname  (also light, v1)\n", workspace.Ok("search", "--path", "/etc/h*"));
        Assert.Equal("v1:/etc/hostname\n", workspace.Ok("search", "--name", "hostname", "v1"));
        Assert.Equal("side:\"/a\\nb\"\n", workspace.Ok("search", "--name", "a?b", "--ref", "side"));
        Assert.Equal("xzyuqs", workspace.Shell(
            "mig search --type f --path '/srv/*' main | while IFS= read -r place; do mig cat \"$place\"; done").Ends(0).Output);
        Assert.Contains("-rwsr-xr-x ", workspace.Ok("search", "-l", "--mode", "setuid", "main"), StringComparison.Ordinal);
    }

    [Fact]
    public void Contents_come_from_arguments_lists_and_files()
    {
        using Workspace workspace = Workspace.WithSample();
        string sum = workspace.Shell("mig cat v1:/etc/hostname > old; mig cat main:/etc/hostname > new; sha256sum old | cut -c 1-64")
            .Ends(0).Output.Trim();
        const string Old = "v1:/etc/hostname\n";
        Assert.Equal(Old, workspace.Ok("search", "--sha256", sum));
        Assert.Equal(Old, workspace.Ok("search", "--file", workspace["old"]));
        Assert.Equal("v1:/etc/hostname\n", workspace.Ok("search", "--file", workspace["old"], "--all-history"));
        workspace.Mig("search", "--file", workspace["old"], "main").Ends(1);
        workspace.Ok("search", "--file", workspace["old"], "main", "--all-history");
        foreach (string form in (string[])["sha256sum old new", "sha256sum --tag old new", "sha256sum -b old new",
            "sha256sum old new | cut -c 1-64", "echo '# a list'; echo; sha256sum old new"])
            Assert.Equal($"{sum[..10]} v1:/etc/hostname", workspace.Shell($"({form}) | mig search --sha256-file - | grep v1")
                .Ends(0).Output.Trim().Replace("  (also main~1)", "", StringComparison.Ordinal));
        workspace.MigWithInput($"{sum}\nnonsense\n", "search", "--sha256-file", "-").Ends(2, "-, line 2: this is not a valid SHA-256");
    }

    [Fact]
    public void Digests_of_packages_lead_to_contents()
    {
        using var workspace = new Workspace();
        workspace.Ok("init", "-q");
        workspace.Ok("commit", "-q", SampleDisks.Server, "-m", "server");
        workspace.Ok("branch", "old");
        workspace.Ok("commit", "-q", SampleDisks.ServerPatched, "-m", "patched");
        string md5 = workspace.Shell("mig cat old:/usr/sbin/sshd | md5sum | cut -c 1-32").Ends(0).Output.Trim();
        Assert.Equal("old:/usr/sbin/sshd\n", workspace.Ok("search", "--md5", md5.ToUpperInvariant()));
        Assert.Equal("old:/usr/sbin/sshd\n", workspace.Ok("search", "--md5", md5, "--all-history"));

        // The database of the patched server still has the checksum; its file does not.
        workspace.Mig("search", "--md5", md5, "main").Ends(1);
        string list = workspace.Shell(
            "(mig cat old:/etc/ssh/sshd_config | md5sum; mig cat old:/usr/sbin/sshd | md5sum --tag) > list; mig search --md5-file list "
            + "old | cut -d ' ' -f 2 | sort").Ends(0).Output;
        Assert.Equal("old:/etc/ssh/sshd_config\nold:/usr/sbin/sshd\n", list);
        workspace.Mig("search", "--sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709").Ends(1);
        workspace.Mig("search", "--md5", "abc").Ends(2, "is not a valid MD5; 32 hexadecimal digits");
        workspace.MigWithInput("nonsense\n", "search", "--sha1-file", "-").Ends(2, "-, line 1: this is not a valid SHA-1");
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Mig("search").Ends(2, "say what to search for");
        workspace.Mig("search", "--sha256", "0a4d55a8d778e502").Ends(2, "64 hexadecimal digits");
        workspace.Mig("search", "--size", "big").Ends(2, "is not a size");
        workspace.Mig("search", "--mtime", "soon").Ends(2, "is no time");
        workspace.Mig("search", "--owner", "root").Ends(2, "is not an owner");
        workspace.Mig("search", "--mode", "9").Ends(2, "is no mode");
        workspace.Mig("search", "--type", "x").Ends(2, "is not a type");
        workspace.Mig("search", "--package", "a<").Ends(2, "is not a package");
        workspace.Mig("search", "--name", "x", "nowhere").Ends(1, "there is no branch");
        workspace.Mig("search", "--name", "nobody has this").Ends(1);
        Assert.Empty(workspace.Mig("search", "--name", "nobody has this").Error);
        workspace.Mig("search", "--size", "-1k", "--mtime", "+1", "--mode", "-4000", "--type", "f").Ends(1);
    }

    [Fact]
    public void Json_has_all_versions()
    {
        using Workspace workspace = Workspace.WithSample();
        JsonElement found = workspace.Mig("search", "--name", "tool", "--all-history", "--json").Ends(0).Json;
        JsonElement tool = Assert.Single(found.EnumerateArray());
        Assert.Equal("/usr/bin/tool", tool.GetProperty("entry").GetProperty("path").GetString());
        Assert.Equal("4755", tool.GetProperty("entry").GetProperty("mode").GetString());
        Assert.Equal([workspace.Ok("rev-parse", "main").Trim(), workspace.Ok("rev-parse", "v1^{commit}").Trim()],
            tool.GetProperty("versions").EnumerateArray().Select(version => version.GetProperty("commit").GetString()));
        Assert.Equal(["main", "light"], tool.GetProperty("versions")[0].GetProperty("names").EnumerateArray()
            .Select(name => name.GetString()));
    }

    [Fact]
    public void Killed_searches_do_no_harm()
    {
        using Workspace workspace = Workspace.WithSample();
        string expected = workspace.Ok("search", "--name", "*", "--all-history");
        for (int i = 0; i < 6; i++)
        {
            workspace.Shell(
                $"rm -f .mig/catalog.db; timeout -s KILL 0.{1 + i} bash -c 'exec {Testing.BuiltProgram.Path} search --name \"*\" "
                + "--all-history' > /dev/null 2>&1; true").Ends(0);
            Outcome after = workspace.Mig("search", "--name", "*", "--all-history").Ends(0);
            Assert.Equal(expected, after.Output);
            Assert.Empty(after.Error);
        }
    }

    [Fact]
    public void Shallow_and_partial_clones_are_searched()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("clone", "-q", "--depth", "1", workspace.Folder, workspace["shallow"]);
        Assert.Single(Versions("shallow"));
        workspace.Ok("--repo", workspace["shallow"], "fetch", "-q", "--unshallow");
        Assert.Equal(2, Versions("shallow").Count);
        workspace.Ok("clone", "-q", "--filter=content", workspace.Folder, workspace["partial"]);
        Assert.Equal(2, Versions("partial").Count);
        Assert.Contains("origin/side:", workspace.Ok("--repo", workspace["partial"], "search", "--name", "pipe"), StringComparison.Ordinal);

        List<string> Versions(string repository) =>
            [.. workspace.Mig("--repo", workspace[repository], "search", "--name", "os-release", "--all-history", "--json").Ends(0).Json
            .EnumerateArray().SelectMany(found => found.GetProperty("versions").EnumerateArray())
                .Select(version => version.GetProperty("commit").GetString()!).Distinct()];
    }

    [Fact]
    public void Packages_are_found_by_the_order_of_their_versions()
    {
        using Workspace workspace = new();
        workspace.Shell("""
            mkdir -p tree/etc tree/var/lib/dpkg
            echo 'ID=debian' > tree/etc/os-release
            for version in 1.9-1 1.10-1; do
              printf 'Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n\nPackage: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n' $version > tree/var/lib/dpkg/status
              mke2fs -q -t ext4 -d tree disk$version 8M
            done
            """).Ends(0);
        workspace.Ok("init");
        workspace.Ok("commit", "disk1.9-1", "-m", "old");
        workspace.Ok("tag", "old");
        workspace.Ok("commit", "disk1.10-1", "-m", "new");
        Assert.Equal("main: tool 1.10-1 amd64 dpkg\nold: tool 1.9-1 amd64 dpkg\n", workspace.Ok("search", "--package", "tool"));
        Assert.Equal("old: tool 1.9-1 amd64 dpkg\n", workspace.Ok("search", "--package", "to*<1.10"));
        Assert.Equal("main: tool 1.10-1 amd64 dpkg\n", workspace.Ok("search", "--package", "tool>=1.10-1"));
        Assert.Equal("old:/etc/os-release\n", workspace.Ok("search", "--package", "tool=1.9-1", "--name", "os-release"));
        workspace.Mig("search", "--package", "gone").Ends(1);
        Assert.Equal("1.9-1", workspace.Mig("search", "--package", "tool<1.10", "--json").Ends(0).Json[0].GetProperty("package")
            .GetProperty("version").GetString());
    }
}
