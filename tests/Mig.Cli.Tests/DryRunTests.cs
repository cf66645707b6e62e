using Mig.Cli.Tests.Support;

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
        AssertSame(workspace, 3, "clash.csv, line 3: 'refs/heads/web1' and 'refs/heads/web1/x' cannot both exist", "derive", "main", "--branch", "{name}", "--hosts", "clash.csv", "--template", "template");
        AssertSame(workspace, 3, "taken.csv, line 2: 'refs/heads/x' exists", "derive", "main", "--branch", "{name}", "--hosts", "taken.csv", "--template", "template");
        AssertSame(workspace, 3, "refs/heads/x is in the way", "fetch", "there", "x:refs/heads/x/y");
        AssertSame(workspace, 3, "'refs/heads/x' exists", "push", "there", "main:refs/heads/x/y");
        Assert.Equal(before, Refs(workspace));

        // And a name that is free is let through.
        workspace.Ok("put", "--dry-run", "-b", "free/y", "file", "main:/etc/z");
        Assert.Equal(before, Refs(workspace));
        workspace.Ok("put", "-b", "free/y", "file", "main:/etc/z");
    }

    private static string Refs(Workspace workspace) => workspace.Shell("cat .mig/HEAD; for folder in .mig there; do find $folder/refs -type f | sort | xargs cat; done").Output;

    private static void AssertSame(Workspace workspace, int exitCode, string part, params string[] arguments)
    {
        Outcome dry = workspace.Mig([.. arguments, "--dry-run"]), real = workspace.Mig(arguments);
        Assert.Equal(real.ExitCode, dry.ExitCode);
        real.Ends(exitCode);
        Assert.Contains(part, dry.Error + dry.Output, StringComparison.Ordinal);
        Assert.Contains(part, real.Error + real.Output, StringComparison.Ordinal);
    }
}
