using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Branches;

namespace Mig.Tests.Crashes;

/// <summary>
/// Commands that move refs are killed at, and fail in, the calls of the system that change names. After the next command the refs, their
/// logs, HEAD and the settings are all as they were or all as they shall be; a command that fails has moved nothing, and one that succeeds
/// has moved all.
/// </summary>
public sealed class RefCrashTests : IDisposable
{
    private static readonly string[] Calls = Killing.IsLong
        ? ["rename", "unlink", "fsync", "pwrite64", "mkdir", "rmdir", "ftruncate", "syncfs"] : ["rename"];

    private readonly TestRepository _repository = new();

    public RefCrashTests()
    {
        _repository.Files.Write("disk", MixedBytes.Make(50_000, 1));
        _repository.Commit("disk");
        using Repository repository = _repository.Open();
        var branches = new BranchEditor(repository);
        foreach (string branch in (string[])["side", "a/b", "one", "two", "three"])
            branches.Create(branch, "main", force: false);
        Config.RepositoryFile(repository.Folder).Update(document =>
        {
            document.Set(ConfigKey.Parse("branch.side.description"), "moves along");
            document.Set(ConfigKey.Parse("remote.origin.url"), "/nowhere");
            document.Add(ConfigKey.Parse("remote.origin.fetch"), "+refs/heads/*:refs/remotes/origin/*");
        });
        ObjectId id = repository.Refs.ReadHead().Id!.Value;
        RefName tracking = RefName.RemoteBranch("origin", "main");
        repository.Refs.BeginTransaction(repository.Identity.Committer())
            .Update(tracking, null, id, "fetch").Update(RefName.RemoteBranch("origin", "side"), null, id, "fetch")
                .SetSymbolic(RefName.RemoteBranch("origin", "HEAD"), tracking, "fetch").Commit();
    }

    /// <summary>The short run takes the first ones; the tests of the library make each step fail for all of them.</summary>
    public static TheoryData<string> Commands { get; } = new(
        ((string[])["branch -m side side/x", "remote rename origin upstream", "branch -m a/b a", "branch -m main trunk", "branch -d side",
            "checkout -b new", "tag v1", "remote remove origin"])
            .Take(Killing.IsLong ? 8 : 2));

    private string Copy => _repository.Files["copy"];

    [Theory]
    [MemberData(nameof(Commands))]
    public void AllOrNone(string commandLine)
    {
        string[] command = commandLine.Split(' ');
        Reset();
        SortedDictionary<string, string> before = RefFolder.Read(Copy);
        Assert.Equal(0, Run([], command).ExitCode);
        SortedDictionary<string, string> after = RefFolder.Read(Copy);
        Assert.NotEqual(before, after);
        int faults = 0;
        foreach (string call in Calls)
        {
            foreach (string fault in (string[])["signal=SIGKILL", "error=EIO"])
            {
                // A call may fail that nothing depends on: only the second success in a row says that there are no more.
                for (int n = 1, clean = 0; clean < 2; n++)
                {
                    Reset();
                    (int exitCode, string output) = Killing.Trace($"{call}:{fault}:when={n}", ["--repo", Copy, .. command]);
                    bool isKilled = exitCode is 137 or 9 or -9;
                    using Repository repository = TestRepository.Open(Copy);
                    SortedDictionary<string, string> now = RefFolder.Read(Copy);
                    Assert.False(File.Exists(Path.Combine(Copy, "journal")), $"{call} {fault} {n}: the next command left the journal");
                    string what = $"{call} {fault} {n} ended with {exitCode}: {output}";
                    if (isKilled)
                        Assert.True(now.SequenceEqual(before) || now.SequenceEqual(after), what);
                    else
                        Assert.True(now.SequenceEqual(exitCode == 0 ? after : before), what);
                    Assert.Empty(new Mig.Care.Checks.RepositoryCheck(repository)
                        .Run(isQuick: true, NoProgress.Instance, TestContext.Current.CancellationToken).Problems);
                    bool isClean = !isKilled && exitCode == 0 && !output.Contains("warning:", StringComparison.Ordinal);
                    clean = isClean ? clean + 1 : 0;
                    faults += isClean ? 0 : 1;
                    Assert.True(n < 500, "it never succeeds");
                }
            }
        }

        Killing.Say($"{faults} faults");
        Assert.True(faults >= 5, $"{faults} faults");
    }

    public void Dispose() => _repository.Dispose();

    private (int ExitCode, string Output) Run(string[] prefix, params string[] command)
    {
        using System.Diagnostics.Process process = MigProgram.Start(prefix, ["--repo", Copy, .. command]);
        return MigProgram.Finish(process);
    }

    private void Reset()
    {
        if (Directory.Exists(Copy))
            Directory.Delete(Copy, recursive: true);
        TestFolder.Copy(_repository.Folder, Copy);
    }
}
