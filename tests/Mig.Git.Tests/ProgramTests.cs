using Mig.Testing;

namespace Mig.Git.Tests;

/// <summary>The published program and the library of Git, which lies beside it and is loaded by the verb that needs it alone.</summary>
public class ProgramTests
{
    [Fact]
    public void ProgramPublishesAndTakesIn()
    {
        using var machine = new Machine();
        Assert.Contains("1 version published.", Run(machine, "git", "export", machine.Files["out.git"]), StringComparison.Ordinal);
        Tool.Run("git", "clone", "-q", machine.Files["out.git"], machine.Files["work"]);
        File.WriteAllText(machine.Files["work/etc/hostname"], "web\n");
        machine.Git("work", "commit", "-q", "-a", "-m", "rename the host\n\nBecause it is another one.");
        machine.Git("work", "push", "-q", "origin", "main");
        Assert.Contains("rename the host (1 file, from ", Run(machine, "git", "import", machine.Files["out.git"]),
            StringComparison.Ordinal);
        Run(machine, "git", "export", machine.Files["out.git"]);

        // Whole messages, also where the program is compiled ahead of time.
        Assert.StartsWith("rename the host\n\nBecause it is another one.\n\nMig-Commit: ",
            machine.Git("out.git", "log", "-1", "--format=%B", "main"), StringComparison.Ordinal);
        Assert.Equal("", machine.Git("out.git", "fsck", "--strict", "--no-dangling"));
    }

    [Fact]
    public void LibraryIsLoadedByItsVerbAlone()
    {
        using var machine = new Machine();
        Tool.Run("strace", "-f", "-e", "trace=openat", "-o", machine.Files["version"], BuiltProgram.Path, "version");
        Tool.Run("strace", "-f", "-e", "trace=openat", "-o", machine.Files["log"], BuiltProgram.Path, "--repo", machine.Folder, "log");
        Tool.Run("strace", "-f", "-e", "trace=openat", "-o", machine.Files["export"], BuiltProgram.Path, "--repo", machine.Folder, "git",
            "export", machine.Files["out.git"]);
        Assert.DoesNotContain("libgit2", File.ReadAllText(machine.Files["version"]), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("libgit2", File.ReadAllText(machine.Files["log"]), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("libgit2-", File.ReadAllText(machine.Files["export"]), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutItTheVerbSaysSo()
    {
        using var machine = new Machine();
        Directory.CreateDirectory(machine.Files["mig"]);
        Tool.Run("sh", "-c", $"cp -r '{Path.GetDirectoryName(BuiltProgram.Path)}/.' '{machine.Files["mig"]}' && find "
            + $"'{machine.Files["mig"]}' -name 'libgit2-*' -delete");
        string program = Path.Combine(machine.Files["mig"], Path.GetFileName(BuiltProgram.Path));
        Assert.StartsWith("mig ", Tool.Run(program, "version"), StringComparison.Ordinal);
        (int code, string output) = Tool.Try(program, "--repo", machine.Folder, "git", "export", machine.Files["out.git"]);
        Assert.Equal(21, code);
        Assert.Contains("whose name begins with libgit2-", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(machine.Files["out.git"]));
    }

    private static string Run(Machine machine, params string[] arguments) => Tool.Run(
        "env", ["MIG_COMMITTER_NAME=C", "MIG_COMMITTER_EMAIL=c@example.org", "MIG_AUTHOR_NAME=A", "MIG_AUTHOR_EMAIL=a@example.org",
            BuiltProgram.Path, "--repo", machine.Folder, .. arguments]);
}
