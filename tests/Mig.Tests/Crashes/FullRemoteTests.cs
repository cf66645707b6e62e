using System.Diagnostics;
using Mig.Core;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Tests.Exchange.Transfers;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Tests.Crashes;

/// <summary>What receives is full, or may write no more: it says so, stays whole, and takes what is missing once there is space.</summary>
public sealed class FullRemoteTests : IDisposable
{
    private readonly TestRepository _source = new();

    public static TheoryData<RemoteKind> Kinds => Peers.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void APushIntoAFullFileSystem(RemoteKind kind)
    {
        Prepare(22_000_000, "32M");
        using Mount full = MakeFull();
        string there = full["w"];
        Initialize(there);
        Assert.False(TryPush(kind, there));
        CheckWhole(there);
        string roomy = MoveOut(there);
        Assert.True(TryPush(kind, roomy));
        AssertExact(roomy);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AFetchIntoAFullFileSystem(RemoteKind kind)
    {
        Prepare(22_000_000, "32M");
        using Mount full = MakeFull();
        string here = full["w"];
        Initialize(here);
        Assert.False(TryFetch(kind, here));
        CheckWhole(here);
        string roomy = MoveOut(here);
        Assert.True(TryFetch(kind, roomy));
        AssertExact(roomy);
    }

    // What mig did before: it wrote on, and gave the pack a name.
    [Fact]
    public void ARepositoryWithAPackThatAFailedWriteLeftIsHealedByTheNextPush()
    {
        Prepare(1_500_000, "4M");
        string there = _source.Files["w"];
        Initialize(there);
        Run(0, "--repo", _source.Folder, "push", there, "main:full");
        string pack = Directory.EnumerateFiles(Path.Combine(there, "packs"), "*.pack").MaxBy(path => new FileInfo(path).Length)!;
        File.AppendAllText(pack, new string('x', 100_000));
        Assert.Contains(TestRepository.Check(there).Problems, problem => problem.Code == "IDX-003");
        Run(0, "--repo", _source.Folder, "push", there, ":full"); // it is where it should be: nothing would be sent
        Run(0, "--repo", _source.Folder, "push", there, "main:full");
        AssertExact(there, "full");
        Run(0, "--repo", there, "gc", "--prune=now");
        AssertExact(there, "full");
        Assert.DoesNotContain(TestRepository.Check(there).Warnings, warning => warning.Contains("pack", StringComparison.Ordinal));
    }

    [Fact]
    public void AFileSizeLimit()
    {
        Prepare(1_500_000, "4M");
        string there = _source.Files["w"];
        foreach (int limit in (int[])[100, 5_000, 30_000, 1_000_000])
        {
            if (Directory.Exists(there))
                Directory.Delete(there, recursive: true);
            Initialize(there);
            using (Process push = MigProgram.Start(["prlimit", $"--fsize={limit}"], "--repo", _source.Folder, "push", there, "main"))
            {
                (int exitCode, string output) = MigProgram.Finish(push);
                Assert.True(exitCode == 23, $"{limit}: {exitCode} {output}");
            }

            CheckWhole(there);
        }

        Run(0, "--repo", _source.Folder, "push", there, "main");
        AssertExact(there);
    }

    [Theory]
    [InlineData("pwrite64", "EDQUOT", true)]
    [InlineData("pwrite64", "EIO", false)]
    [InlineData("fsync", "EIO", false)]
    [InlineData("ftruncate", "EIO", false)]
    [InlineData("rename", "ENOSPC", false)]
    public void TheSystemRefusesACall(string call, string error, bool lasts)
    {
        Prepare(1_500_000, "4M");
        string there = _source.Files["w"];
        int failed = 0;
        for (int n = 1; ; n = Killing.IsLong || FaultLoop.IsLong ? n + 1 : n * 4)
        {
            if (Directory.Exists(there))
                Directory.Delete(there, recursive: true);
            Initialize(there);
            (int exitCode, string output) =
                Killing.Trace($"{call}:error={error}:when={n}{(lasts ? "+" : "")}", ["--repo", _source.Folder, "push", there, "main"]);
            CheckWhole(there);
            if (exitCode == 0)
                break;
            Assert.True(exitCode is 23 or 4, $"{n}: {exitCode} {output}");
            failed++;
            Run(0, "--repo", _source.Folder, "push", there, "main");
            CheckWhole(there);
        }

        AssertExact(there);
        Killing.Say($"{call} {error}: {failed} failed");
    }

    public void Dispose() => _source.Dispose();

    private static void Initialize(string folder) => Repository.Initialize(folder, isBare: true, TestRepository.Context);

    private static void CheckWhole(string folder) => Assert.Empty(TestRepository.Check(folder).Problems);

    private static void Run(int expected, params string[] arguments)
    {
        using Process process = MigProgram.Start([], arguments);
        (int exitCode, string output) = MigProgram.Finish(process);
        Assert.True(exitCode == expected, output);
    }

    private void Prepare(int random, string size)
    {
        Directory.CreateDirectory(_source.Files["root"]);
        _source.Files.Write("root/random", FaultTests.Noise(random, 7));
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-d", _source.Files["root"], _source.Files["disk"], size);
        _source.Commit("disk");
    }

    private Mount MakeFull()
    {
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", _source.Files.Sparse("full", 12 << 20));
        return Mount.Image(_source.Files["full"]);
    }

    private string MoveOut(string folder)
    {
        TestFolder.Copy(folder, _source.Files["roomy"]);
        return _source.Files["roomy"];
    }

    private void AssertExact(string folder, string revision = "main")
    {
        CheckWhole(folder);
        Judge.AssertSame(_source.Files["disk"], TestRepository.Export(
            folder, new ExportRequest { Path = _source.Files["out"], Format = "raw", Overwrite = true, Revision = revision }));
    }

    private bool TryPush(RemoteKind kind, string folder) => Try(kind, folder, remote =>
    {
        using Repository here = _source.Open();
        Assert.Null(Peers.Push(remote, here).Results[0].Refusal);
    });

    private bool TryFetch(RemoteKind kind, string into) => Try(kind, _source.Folder, remote =>
    {
        using Repository here = TestRepository.Open(into);
        Peers.Fetch(remote, here);
    });

    // A server that is full is named, with what to do.
    private static bool Try(RemoteKind kind, string folder, Action<RemoteRepository> transfer)
    {
        using var peers = new Peers();
        try
        {
            using RemoteRepository remote = peers.Open(kind, folder);
            transfer(remote);
            return true;
        }
        catch (Exception e) when (e is IOException or RemoteException)
        {
            Assert.True(e is IOException || e.Message.Contains("make room there ('mig gc'", StringComparison.Ordinal), e.Message);
            return false;
        }
    }
}
