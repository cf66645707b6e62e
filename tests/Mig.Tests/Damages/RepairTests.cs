using Mig.Care.Checks;
using Mig.Core;
using Mig.Exchange.Remotes;
using Mig.Testing;
using Mig.Tests.Edits;
using Mig.Tests.Exchange.Transfers;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Tests.Damages;

/// <summary>What is damaged is named by what a user knows, comes back from a good copy, and is never taken for present meanwhile.</summary>
public sealed class RepairTests : IDisposable
{
    private const string Files =
        "mkdir -p deep/er; head -c 300000 /dev/urandom > deep/er/random; echo short > deep/short; head -c 2000000 /dev/urandom > large";

    private readonly EditedImage _image = new(Files);
    private readonly string _good;

    public RepairTests()
    {
        _image.Apply("mkdir /added\n");
        _good = _image.Repository.Files["good"];
        Tool.Run("cp", "-a", Repository.Folder, _good);
    }

    private TestRepository Repository => _image.Repository;

    public void Dispose() => _image.Dispose();

    [Theory]
    [InlineData("flip")]
    [InlineData("end")]
    [InlineData("cut")]
    [InlineData("gone")]
    [InlineData("index")]
    [InlineData("index inside")]
    [InlineData("index fan-out")]
    [InlineData("index gone")]
    public void WhatIsDamagedComesBackFromAGoodCopy(string kind)
    {
        Damage(kind);
        CheckReport before = Repository.Check();
        Assert.NotEmpty(before.Problems);
        RepairReport repair = Repair(_good);
        Assert.Equal(0, repair.Missing);
        Assert.True(kind.StartsWith("index", StringComparison.Ordinal) || repair.Brought > 0);
        CheckReport after = Repository.Check();
        Assert.Empty(after.Problems);
        Assert.Empty(after.Affected);
        Assert.False(File.Exists(Path.Combine(Repository.Folder, "cache/damaged")));
        Assert.Equal(Export(_good), Export(Repository.Folder));

        // Once more does nothing.
        Assert.Equal((0, 0, 0), Repair(_good) is var again ? (again.Brought, again.Missing, again.RemovedPacks) : default);
    }

    [Fact]
    public void WhatIsDamagedIsNamedByVersionAndPath()
    {
        Damage("flip", onlyLargest: true);
        CheckReport report = Repository.Check();
        Assert.All(report.Problems, problem => Assert.Equal("PACK-001", problem.Code));
        Assert.Equal(["main", "main~1"], report.Affected.SelectMany(affected => affected.Versions).Select(version => version.Name)
            .Order(StringComparer.Ordinal));
        Assert.All(report.Affected, affected => Assert.True(affected.PlaceCount >= affected.Places.Count && affected.Places.Count > 0));
        Assert.Contains(report.Affected.SelectMany(affected => affected.Places), place =>
            place.StartsWith("/large", StringComparison.Ordinal) || place.StartsWith("/deep", StringComparison.Ordinal)
            || place.Contains("outside of files", StringComparison.Ordinal));
    }

    // Whatever the way to the good copy.
    [Theory]
    [InlineData(RemoteKind.Ssh)]
    [InlineData(RemoteKind.Http)]
    public void AGoodCopyMayBeElsewhere(RemoteKind kind)
    {
        Damage("flip");
        using var peers = new Peers();
        (RemoteAddress address, RemoteOptions options) = peers.Locate(kind, _good);
        string settings =
            $"[remote \"good\"]\n\turl = {address}\n\tserve = {options.ServeCommand}\n[core]\n\tsshCommand = {options.SshCommand}\n";
        File.AppendAllText(Path.Combine(Repository.Folder, "config"), settings);
        RepairReport repair = Repair("good");
        Assert.Equal(0, repair.Missing);
        Assert.True(repair.Brought > 0);
        Assert.Empty(Repository.Check().Problems);
        Assert.Equal(Export(_good), Export(Repository.Folder));
    }

    // What the other side does not have leaves all as it is, and says so.
    [Fact]
    public void NothingGoesAsLongAsSomethingIsMissing()
    {
        Damage("flip");
        string[] packs = Packs();
        string empty = Repository.Files["empty"];
        Mig.Repository.Initialize(empty, isBare: true, TestRepository.Context);
        RepairReport repair = Repair(empty);
        Assert.True(repair.Missing > 0);
        Assert.Equal((0, 0), (repair.Brought, repair.RemovedPacks));
        Assert.Equal(packs, Packs());
        Assert.NotEmpty(Repository.Check().Problems);
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("gone")]
    public void AFetchBringsWhatWasFoundDamaged(string kind)
    {
        Damage(kind);
        Assert.NotEmpty(Repository.Check().Problems);
        Fetch();
        Assert.Equal(Export(_good), Export(Repository.Folder));
        Assert.True(Repair(_good).RemovedPacks >= 0);
        Assert.Empty(Repository.Check().Problems);
    }

    // A read that met damage is enough: no check is needed.
    [Fact]
    public void WhatAReadFoundDamagedDoesNotCountAnyMore()
    {
        Damage("flip", onlyLargest: true);
        Assert.Throws<CorruptStoreException>(() => Export(Repository.Folder));
        using (Repository repository = Repository.Open())
            Assert.True(repository.Store.IsDamaged);
        Fetch();
        Assert.Equal(Export(_good), Export(Repository.Folder));
    }

    // Copied back, it counts again, whatever was noted.
    [Fact]
    public void APackThatIsCopiedBackCountsAgain()
    {
        Damage("flip");
        Assert.NotEmpty(Repository.Check().Problems);
        Tool.Run("cp", "-r", Path.Combine(_good, "packs"), Repository.Folder);
        using (Repository repository = Repository.Open())
            Assert.False(repository.Store.IsDamaged);
        Assert.Equal(Export(_good), Export(Repository.Folder));
        Assert.Empty(Repository.Check().Problems);
    }

    private void Damage(string kind, bool onlyLargest = false)
    {
        foreach (string path in Directory.GetFiles(
            Path.Combine(Repository.Folder, "packs"), kind.StartsWith("index", StringComparison.Ordinal) ? "*.idx" : "*.pack")
            .OrderByDescending(path => new FileInfo(path).Length).Take(onlyLargest ? 1 : int.MaxValue))
        {
            byte[] bytes = File.ReadAllBytes(path);
            switch (kind)
            {
                case "gone" or "index gone":
                    File.Delete(path);
                    continue;
                case "cut":
                    bytes = bytes[..(bytes.Length / 2)];
                    break;
                case "index fan-out":
                    // Where HEAD's commit is looked up: 32 bytes of header, then a count of 4 bytes for each first byte of an id.
                    bytes[32 + (4 * Convert.FromHexString(File.ReadAllText(Path.Combine(Repository.Folder, "refs/heads/main"))[..2])[0])
                        + 2] ^= 0x10;
                    break;
                default:
                    bytes[kind switch { "end" => bytes.Length - 20, "index" => 5, _ => bytes.Length / 2 }] ^= 0x10;
                    break;
            }

            Tool.Run("chmod", "u+w", path);
            File.WriteAllBytes(path, bytes);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1)); // as damage is found: long after the pack was written
        }
    }

    private string[] Packs() => [.. Directory.GetFiles(Path.Combine(Repository.Folder, "packs")).Order(StringComparer.Ordinal)];

    private RepairReport Repair(string from)
    {
        using Repository repository = Repository.Open();
        return new RepositoryRepair(repository).Run(from, NoProgress.Instance, TestContext.Current.CancellationToken);
    }

    private void Fetch()
    {
        using Repository repository = Repository.Open();
        new FetchOperation(repository).Run(new FetchOptions { Remote = _good, Refspecs = ["main"] }, TestContext.Current.CancellationToken);
    }

    private static string Export(string folder)
    {
        string path = Path.Combine(Path.GetDirectoryName(folder)!, "export.raw");
        TestRepository.Export(folder, new Mig.Images.Export.ExportRequest { Path = path, Format = "raw", Overwrite = true });
        return Tool.Run("sha256sum", path);
    }
}
