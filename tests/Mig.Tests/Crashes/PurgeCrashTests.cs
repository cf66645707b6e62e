using System.Diagnostics;
using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.FileSystems;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Branches;

namespace Mig.Tests.Crashes;

/// <summary>
/// A purge that is killed leaves every branch at its old version or at its new one; given again, it ends as if it had never been killed.
/// </summary>
public sealed class PurgeCrashTests : IDisposable
{
    private const string Secret = "this must go, wherever it is, and whatever happens meanwhile\n";

    private readonly TestRepository _repository = new();
    private readonly Dictionary<string, ObjectId?> _undisturbed;

    public PurgeCrashTests()
    {
        TestDisks.FileSystem(_repository.Files, "disk", "-t ext4 -b 1024", "16M");
        _repository.Commit("disk");
        Edit(writer => writer.CreateFile("/etc/secret"u8, new NodeMetadata(0x180), new MemorySource(Encoding.UTF8.GetBytes(Secret))));
        using (Repository repository = _repository.Open())
            new BranchEditor(repository).Create("other", "main", force: false);
        Edit(writer => writer.CreateDirectory("/etc/a"u8, new NodeMetadata(0x1ED)));
        Edit(writer => writer.CreateDirectory("/etc/b"u8, new NodeMetadata(0x1ED)), "other");
        Reset();
        Run();
        _undisturbed = ReadBranches();
    }

    private string Copy => _repository.Files["copy"];

    private string[] Purge => ["--repo", Copy, "purge", "--path", "/etc/secret"];

    [Fact]
    public void PurgeKilledAtEveryStep()
    {
        int points = Killing.AtEveryStep(Purge, Reset, Check, Killing.IsLong ? null : ["rename"]);
        Assert.True(points > 5 / Killing.Stride, $"{points} steps");
    }

    public void Dispose() => _repository.Dispose();

    private void Check()
    {
        Assert.Empty(TestRepository.Check(Copy).Problems);
        Run();
        Assert.Empty(TestRepository.Check(Copy).Problems);
        Assert.Equal(_undisturbed, ReadBranches());
    }

    private Dictionary<string, ObjectId?> ReadBranches()
    {
        using Repository repository = TestRepository.Open(Copy);
        return repository.Refs.List("refs/heads/").ToDictionary(item => item.Name.Value, item => (ObjectId?)item.Id);
    }

    private void Run()
    {
        using Process process = MigProgram.Start([], Purge);
        (int exitCode, string output) = MigProgram.Finish(process);
        Assert.True(exitCode == 0, output);
    }

    private void Reset()
    {
        if (Directory.Exists(Copy))
            Directory.Delete(Copy, recursive: true);
        TestFolder.Copy(_repository.Folder, Copy);
    }

    private void Edit(Action<IFileSystemWriter> apply, string branch = "HEAD")
    {
        using Repository repository = _repository.Open();
        new ImageEditor(repository).Commit(
            new EditRequest { Branch = branch, Message = "an edit" },
            edit => apply(edit.OpenVolume(edit.Before.Disks[0], edit.Before.Disks[0].Volumes[0])),
            TestContext.Current.CancellationToken);
    }
}
