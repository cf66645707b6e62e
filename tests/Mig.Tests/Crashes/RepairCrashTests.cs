using Mig.Care.Checks;
using Mig.Core;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Crashes;

/// <summary>
/// A repair is killed at one system call after the other: the repository is no more damaged than it was, and the next repair ends it.
/// </summary>
public sealed class RepairCrashTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Fact]
    public void ARepairThatIsKilledGoesOn()
    {
        byte[] disk = FaultTests.Noise(900_096, 2);
        _repository.Files.Write("disk", disk);
        _repository.Commit("disk");
        string good = _repository.Files["good"], copy = _repository.Files["copy"];
        TestFolder.Copy(_repository.Folder, good);
        FaultTests.DamageLargest(_repository.Folder, "*.pack");
        int problems = TestRepository.Check(_repository.Folder).Problems.Count;
        int killed = Killing.AtEveryStep(["--repo", copy, "fsck", "--repair-from", good], Reset, () =>
        {
            Assert.True(TestRepository.Check(copy).Problems.Count <= problems);
            using (Repository repository = TestRepository.Open(copy))
                Assert.Equal(0, new RepositoryRepair(repository)
                    .Run(good, NoProgress.Instance, TestContext.Current.CancellationToken).Missing);
            Assert.Empty(TestRepository.Check(copy).Problems);
            byte[] found = File.ReadAllBytes(
                TestRepository.Export(copy, new ExportRequest { Path = _repository.Files["out"], Format = "raw", Overwrite = true }));
            Assert.True(disk.AsSpan().SequenceEqual(found), "another content");
        }, ["rename", "unlink", "fsync"]);
        Assert.True(killed > 2, $"{killed} killed");

        void Reset()
        {
            if (Directory.Exists(copy))
                Directory.Delete(copy, recursive: true);
            TestFolder.Copy(_repository.Folder, copy);
        }
    }

    public void Dispose() => _repository.Dispose();
}
