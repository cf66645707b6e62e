using Mig.Core;
using Mig.Testing;

namespace Mig.Git.Tests;

/// <summary>A Git repository that somebody else prepared: nothing that it says is believed, and nothing that it has is run.</summary>
public class HostileTargetTests
{
    [Fact]
    public void ForgedTrailerIsNotBelieved()
    {
        using var machine = new Machine();
        machine.Export("honest.git");
        string id = machine.Git("honest.git", "log", "-1", "--format=%(trailers:key=Mig-Commit)", "main").Trim();
        Tool.Run("git", "init", "-q", "--bare", "-b", "main", machine.Files["out.git"]);
        Forge(machine, "out.git", id);
        string forged = machine.Git("out.git", "rev-parse", "main");
        Assert.Contains("Nothing was moved", Assert.Throws<ConflictException>(() => machine.Export("out.git")).Message,
            StringComparison.Ordinal);
        Assert.Equal(forged, machine.Git("out.git", "rev-parse", "main"));
        machine.Export("out.git", new GitExportOptions { Force = true });
        Assert.Equal(machine.Git("honest.git", "rev-parse", "main"), machine.Git("out.git", "rev-parse", "main"));

        // A version after the forged one is not built on it either.
        Forge(machine, "out.git", id);
        machine.Write("main", "etc/hostname", "web\n");
        machine.Export("honest.git");
        machine.Export("out.git", new GitExportOptions { Force = true });
        Assert.Equal(machine.Git("honest.git", "rev-parse", "main"), machine.Git("out.git", "rev-parse", "main"));
        Assert.Equal("", machine.Git("out.git", "fsck", "--strict", "--no-dangling"));
    }

    [Fact]
    public void NotesOfAnotherRepositoryDoNotCount()
    {
        using var machine = new Machine();
        machine.Export("out.git");
        string folder = Path.Combine(machine.Folder, "cache/git"), file = Assert.Single(Directory.GetFiles(folder));
        byte[] rows = File.ReadAllBytes(file);
        string id = machine.Git("out.git", "log", "-1", "--format=%(trailers:key=Mig-Commit)", "main").Trim(),
            honest = machine.Git("out.git", "rev-parse", "main");
        Forge(machine, "out.git", id);
        Convert.FromHexString(machine.Git("out.git", "rev-parse", "main").Trim()).CopyTo(rows, ObjectId.Size);
        File.WriteAllBytes(file, rows);
        Assert.Throws<ConflictException>(() => machine.Export("out.git"));
        machine.Export("out.git", new GitExportOptions { Force = true });
        Assert.Equal(honest, machine.Git("out.git", "rev-parse", "main"));
    }

    [Fact]
    public void NothingOfItIsRun()
    {
        using var machine = new Machine();
        Tool.Run("git", "init", "-q", "-b", "main", machine.Files["work"]);
        string touch = $"touch {machine.Files["ran"]}";
        foreach (string hook in (string[])["post-update", "reference-transaction", "post-checkout", "pre-receive", "update", "post-receive",
            "fsmonitor-watchman"])
        {
            machine.Files.Write($"work/.git/hooks/{hook}", $"#!/bin/sh\n{touch}\n");
            Tool.Run("chmod", "+x", machine.Files[$"work/.git/hooks/{hook}"]);
        }

        foreach ((string key, string value) in (ReadOnlySpan<(string, string)>)[("core.fsmonitor", touch), ("core.sshCommand", touch),
            ("filter.x.clean", touch), ("filter.x.smudge", touch), ("core.pager", touch), ("gc.auto", "1")])
            machine.Git("work", "config", key, value);
        machine.Files.Write("work/.git/info/attributes", "* filter=x\n");
        machine.Export("work");
        machine.Write("main", "etc/hostname", "web\n");
        machine.Export("work");
        Assert.Equal("web\n", File.ReadAllText(machine.Files["work/etc/hostname"]));
        Assert.False(File.Exists(machine.Files["ran"]));

        // The negative control: git itself runs them.
        Tool.Try("git", "-C", machine.Files["work"], "checkout", "-q", "-b", "other");
        Assert.True(File.Exists(machine.Files["ran"]));
    }

    [Fact]
    public void RepositoryOfAnotherUserIsRefused()
    {
        using var machine = new Machine();
        machine.Export("out.git");
        Tool.Run("chown", "-R", "1234", machine.Files["out.git"]);
        machine.Write("main", "etc/hostname", "web\n");
        Assert.Contains("safe.directory", Assert.Throws<UntrustedRepositoryException>(() => machine.Export("out.git")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedObjectsAreNamed()
    {
        using var machine = new Machine();
        machine.Export("out.git");
        string tree = machine.Git("out.git", "rev-parse", "main:manifest").Trim();
        string other = machine.Git("out.git", "rev-parse", "main:etc").Trim();
        string path = machine.Files[$"out.git/objects/{tree[..2]}/{tree[2..]}"];
        File.Delete(path);
        File.Copy(machine.Files[$"out.git/objects/{other[..2]}/{other[2..]}"], path);
        machine.Write("main", "usr/share/new", "web\n");
        Assert.Contains("out.git", Assert.Throws<IOException>(() => machine.Export("out.git")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherFoldersAreLeftAlone()
    {
        using var machine = new Machine();
        Directory.CreateDirectory(machine.Files["folder"]);
        machine.Files.Write("folder/file", "mine");
        Assert.Throws<ConflictException>(() => machine.Export("folder"));
        Assert.Throws<ConflictException>(() => machine.Export("folder/file"));
        Assert.Equal("mine", File.ReadAllText(machine.Files["folder/file"]));
    }

    private static void Forge(Machine machine, string name, string trailer)
    {
        string tree = Tool.RunWithInput("git", "", "-C", machine.Files[name], "mktree").Trim();
        string forged = machine.Git(name, "commit-tree", "-m", $"forged\n\n{trailer}", tree).Trim();
        machine.Git(name, "update-ref", "refs/heads/main", forged);
    }
}
