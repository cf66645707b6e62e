using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary>What would fail fails in a dry run, with the same words and the same exit code; and nothing has changed after either.</summary>
public sealed class DryRunTests
{
    [Fact]
    public void A_dry_run_fails_where_the_real_run_does()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell("""
            set -e
            echo z > file
            mkdir template
            echo '{name}' > template/motd
            printf 'name\nweb1\nweb1/x\n' > clash.csv
            printf 'name\nx/y\n' > taken.csv
            mig branch x
            mig init -q --bare there
            mig remote add there "$PWD/there"
            mig push -q there main:refs/heads/x
            """).Ends(0);
        string before = Refs(workspace);
        AssertSame(workspace, 3, "'refs/heads/x' exists", "put", "-b", "x/y", "file", "main:/etc/z");
        AssertSame(workspace, 3, "'refs/heads/x' exists", "rm", "-b", "x/y", "main:/etc/hostname");
        AssertSame(workspace, 2, "HEAD", "put", "-b", "HEAD", "file", "main:/etc/z");
        AssertSame(workspace, 3, "'refs/heads/x' exists", "seal", "-b", "x/y", "main");
        AssertSame(workspace, 3, "clash.csv, line 3: 'refs/heads/web1' and 'refs/heads/web1/x' cannot both exist", "derive", "main",
            "--branch", "{name}", "--hosts", "clash.csv", "--template", "template");
        AssertSame(workspace, 3, "taken.csv, line 2: 'refs/heads/x' exists", "derive", "main", "--branch", "{name}", "--hosts", "taken.csv",
            "--template", "template");
        AssertSame(workspace, 3, "refs/heads/x is in the way", "fetch", "there", "x:refs/heads/x/y");
        AssertSame(workspace, 3, "'refs/heads/x' exists", "push", "there", "main:refs/heads/x/y");
        Assert.Equal(before, Refs(workspace));

        // And a name that is free is let through.
        workspace.Ok("put", "--dry-run", "-b", "free/y", "file", "main:/etc/z");
        Assert.Equal(before, Refs(workspace));
        workspace.Ok("put", "-b", "free/y", "file", "main:/etc/z");
    }

    // A hook that would refuse refuses, and is told that nothing will come of it. Who is not asked is named.
    [Fact]
    public void Hooks_refuse_a_dry_run_as_they_would_refuse_the_real_one()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell("""
            set -e
            echo z > file
            mkdir template; echo '{name}' > template/motd; printf 'name\nweb1\n' > hosts.csv
            mig put -q -b aside file main:/etc/side
            mig put -q file main:/etc/own
            mig init -q --bare there
            mig remote add there "$PWD/there"
            hook() { printf '#!/bin/sh\n%s\n' "$2" > "$1"; chmod 755 "$1"; }
            hook there/hooks/pre-receive 'exit 1'
            hook .mig/hooks/pre-push 'echo "pre-push, dry: $MIG_DRY_RUN"; exit 1'
            hook .mig/hooks/pre-commit 'echo "pre-commit, dry: $MIG_DRY_RUN, $(mig cat $MIG_COMMIT:/etc/hostname)"; exit 1'
            """).Ends(0);
        string before = Refs(workspace);
        string[][] commands =
        [
            ["put", "file", "main:/etc/z"], ["seal", "--enable", "machine-id,hostname", "main"],
                ["derive", "main", "--branch", "{name}", "--hosts", "hosts.csv", "--template", "template"],
            ["merge", "aside"], ["cherry-pick", "aside"],
        ];
        foreach (string[] command in commands)
            AssertSame(workspace, 1, "hook pre-commit refused", command);
        Assert.Contains("pre-commit, dry: 1, ", workspace.Mig("put", "--dry-run", "file", "main:/etc/z").Error, StringComparison.Ordinal);
        AssertSame(workspace, 1, "hook pre-push refused", "push", "there", "main");
        workspace.Shell("mv .mig/hooks/pre-commit .mig/hooks/commit-msg; rm .mig/hooks/pre-push").Ends(0);
        foreach (string[] command in (string[][])[commands[0], commands[2], ["merge", "aside"], ["revert", "main"]])
            AssertSame(workspace, 1, "hook commit-msg refused", command);
        workspace.Ok(["put", "--no-verify", "--dry-run", "file", "main:/etc/z"]);
        Assert.Contains("not asked in a dry run", workspace.Mig("push", "--dry-run", "there", "main").Ends(0).Error,
            StringComparison.Ordinal);
        Assert.Equal(before, Refs(workspace));
    }

    // What is in the way of the real run is in the way of the dry one: locks, volumes that cannot be changed, histories that do not fit.
    [Fact]
    public void What_is_in_the_way_is_in_the_way_of_both()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell("""
            set -e
            echo z > file
            mkdir root; echo secret > root/key
            mke2fs -q -F -t ext4 -O quota -d root quota.raw 8M
            mig init -q --bare there
            mig remote add there "$PWD/there"
            mig push -q there main
            mig put -q -b aside file main:/etc/side
            mig push -q there aside:main
            mig put -q file main:/etc/own
            """).Ends(0);
        string before = Refs(workspace);
        AssertSame(workspace, 3, "non-fast-forward", "push", "there", "main");
        AssertSame(workspace, 3, "cannot be deleted", "push", "there", ":main");
        AssertSame(workspace, 3, "main", "fetch", "there", "main:main");
        AssertSame(workspace, 3, "fast-forward", "merge", "--ff-only", "aside");
        Assert.Equal(before, Refs(workspace));
        workspace.Ok("commit", "-q", "-m", "quota", "quota.raw");
        AssertSame(workspace, 21, "quota", "purge", "--path", "/key");
        foreach (string[] command in (string[][])[["purge", "--path", "/key"], ["gc"]])
        {
            string script = $"mkdir -p .mig/locks; exec 9>.mig/locks/{command[0]}; flock 9; mig {string.Join(' ', command)} $1 9>&-";
            Outcome dry = workspace.Shell(script.Replace("$1", "-n", StringComparison.Ordinal)),
                real = workspace.Shell(script.Replace("$1", "", StringComparison.Ordinal));
            real.Ends(3);
            dry.Ends(3);
        }
    }

    private static string Refs(Workspace workspace) =>
        workspace.Shell("cat .mig/HEAD; for folder in .mig there; do find $folder/refs -type f | sort | xargs cat; done").Output;

    private static void AssertSame(Workspace workspace, int exitCode, string part, params string[] arguments)
    {
        Outcome dry = workspace.Mig([.. arguments, "--dry-run"]), real = workspace.Mig(arguments);
        Assert.Equal(real.ExitCode, dry.ExitCode);
        real.Ends(exitCode);
        Assert.Contains(part, dry.Error + dry.Output, StringComparison.Ordinal);
        Assert.Contains(part, real.Error + real.Output, StringComparison.Ordinal);
    }
}
