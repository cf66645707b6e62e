using System.Diagnostics;
using System.Globalization;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>
/// Either side of a transfer is killed at random moments; both repositories stay whole, and the next try ends what was begun.
/// </summary>
public sealed class KillTests : IDisposable
{
    private readonly TestRepository _here = new();
    private readonly TestRepository _there = new();
    private readonly Random _random = new(20261122);

    private static int Kills { get; } =
        int.Parse(Environment.GetEnvironmentVariable("MIG_TEST_KILLS") ?? "6", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_push_whose_one_end_is_killed_loses_nothing(bool killsServer)
    {
        TestDisks.FileSystem(_here.Files, "disk.img", "-t ext4 -b 4096", "24M");
        int killed = 0;
        TimeSpan whole = TimeSpan.Zero;
        for (int i = 0; i <= Kills; i++)
        {
            // Something new each time: a few megabytes that share nothing with what was there.
            string disk = _here.Files[$"new{i}.img"];
            File.WriteAllBytes(disk, MixedBytes.Make(6 << 20, 1000 + i));
            _here.Commit(new CommitRequest { Disks = [disk], Message = $"version {i}" });
            File.Delete(disk);
            using var server = new ServerProcess(_there.Folder);
            var watch = Stopwatch.StartNew();
            using Process push = MigProgram.Start(
                [], "-c", "http.maxRetries=0", "--repo", _here.Folder, "push", server.Address.ToString(), "main");
            if (i > 0)
            {
                Thread.Sleep(whole * _random.NextDouble());
                if (!push.HasExited)
                    killed++;
                else
                    whole /= 2; // this machine does it faster now than the first time
                if (killsServer)
                    server.Kill();
                else
                    push.Kill();
            }

            (int exitCode, string output) = MigProgram.Finish(push);
            if (i == 0)
            {
                Assert.True(exitCode == 0, output);
                whole = watch.Elapsed;
            }

            Assert.DoesNotContain("bug in mig", output, StringComparison.Ordinal);
            AssertSound();
        }

        Assert.True(killed > Kills / 3, $"{killed} of {Kills} killed");
        using (var server = new ServerProcess(_there.Folder))
        {
            (int exitCode, string output) = MigProgram.Finish(
                MigProgram.Start([], "-c", "http.maxRetries=0", "--repo", _here.Folder, "push", server.Address.ToString(), "main"));
            Assert.True(exitCode == 0, output);
        }

        Assert.Empty(_there.Check().Problems);
        Assert.Empty(_here.Check().Problems);
        using Repository here = _here.Open(), there = _there.Open();
        Assert.Equal(here.Refs.ReadHead().Id, there.Refs.ReadHead().Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fetch_whose_one_end_is_killed_loses_nothing(bool killsServer)
    {
        int killed = 0;
        TimeSpan whole = TimeSpan.Zero;
        for (int i = 0; i <= Kills; i++)
        {
            string disk = _there.Files[$"new{i}.img"];
            File.WriteAllBytes(disk, MixedBytes.Make(6 << 20, 2000 + i));
            _there.Commit(new CommitRequest { Disks = [disk], Message = $"version {i}" });
            File.Delete(disk);
            using var server = new ServerProcess(_there.Folder);
            var watch = Stopwatch.StartNew();
            using Process fetch = MigProgram.Start([], "-c", "http.maxRetries=0", "--repo", _here.Folder, "fetch",
                server.Address.ToString(), "+refs/heads/main:refs/heads/copy");
            if (i > 0)
            {
                Thread.Sleep(whole * _random.NextDouble());
                if (!fetch.HasExited)
                    killed++;
                else
                    whole /= 2; // this machine does it faster now than the first time
                if (killsServer)
                    server.Kill();
                else
                    fetch.Kill();
            }

            (int exitCode, string output) = MigProgram.Finish(fetch);
            if (i == 0)
            {
                Assert.True(exitCode == 0, output);
                whole = watch.Elapsed;
            }

            AssertSound();
        }

        Assert.True(killed > Kills / 3, $"{killed} of {Kills} killed");
        using (var server = new ServerProcess(_there.Folder))
        {
            (int exitCode, string output) =
                MigProgram.Finish(MigProgram.Start([], "-c", "http.maxRetries=0", "--repo", _here.Folder, "fetch",
                server.Address.ToString(), "+refs/heads/main:refs/heads/copy"));
            Assert.True(exitCode == 0, output);
        }

        Assert.Empty(_here.Check().Problems);
    }

    private void AssertSound()
    {
        Assert.Empty(_there.Check(isQuick: true).Problems);
        Assert.Empty(_here.Check(isQuick: true).Problems);
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }
}
