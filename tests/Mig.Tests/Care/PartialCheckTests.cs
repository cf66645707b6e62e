using System.Diagnostics;
using Mig.Care.Checks;
using Mig.Core;
using Mig.Store.Checks;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Care;

/// <summary>A check of a part reads that part and says so; a check that was cut short goes on, and reads what it had not.</summary>
public sealed class PartialCheckTests : IDisposable
{
    private const int Parts = 5;

    private readonly TestRepository _repository = new();

    public PartialCheckTests()
    {
        foreach (int seed in (int[])[1, 2, 3])
        {
            _repository.Files.Write("disk", MixedBytes.Make(5 << 20, seed));
            _repository.Commit("disk");
        }
    }

    private string Notes => Path.Combine(_repository.Folder, "checked");

    [Fact]
    public void AllPartsTogetherAreAll()
    {
        CheckReport all = _repository.Check();
        var parts = Enumerable.Range(1, Parts).Select(part => Check(sample: $"{part}/{Parts}")).ToList();
        Assert.Equal(all.RawBytes, parts.Sum(part => part.ReadBytes));
        Assert.All(parts, part => Assert.InRange(part.ReadBytes, 0, all.RawBytes - 1));
        Assert.All(parts, part => Assert.Equal(all.RawBytes, part.RawBytes));
        Assert.Equal(all.RawBytes, Check(sample: "100%").ReadBytes);
    }

    [Fact]
    public void DamageIsFoundByThePartThatItLiesIn()
    {
        Damage(LargestPack());
        var finders = Enumerable.Range(1, Parts).Where(part => HasDamage(Check(sample: $"{part}/{Parts}"))).ToList();
        Assert.Single(finders);
        Assert.True(HasDamage(_repository.Check()));

        static bool HasDamage(CheckReport report) => report.Problems.Any(problem => problem.Code == "PACK-001");
    }

    [Fact]
    public void WhatWasReadInPartIsNotCalledWhole()
    {
        (int ExitCode, string Output) sampled = Run("fsck", "--sample", "1/5");
        Assert.True(sampled.ExitCode == 0, sampled.Output);
        Assert.Contains("The rest was not read (--sample)", sampled.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Everything is there", sampled.Output, StringComparison.Ordinal);
        Assert.Contains("Everything is there", Run("fsck").Output, StringComparison.Ordinal);
        string json = Run("fsck", "--sample", "50%", "--json").Output;
        Assert.DoesNotContain("isIntact", json, StringComparison.Ordinal);
        Assert.Contains("\"isIntact\":true", Run("fsck", "--json").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0%")]
    [InlineData("101%")]
    [InlineData("-1%")]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("1/0")]
    [InlineData("5")]
    [InlineData("1/2/3")]
    [InlineData("NaN%")]
    [InlineData("")]
    public void WhatIsNoPartIsRefused(string text) => Assert.Throws<UsageException>(() => CheckSample.Parse(text));

    [Fact]
    public void ACheckThatWasCutShortGoesOn()
    {
        using (var cancellation = new CancellationTokenSource())
        {
            Assert.ThrowsAny<OperationCanceledException>(
                () => Check(end: new EndAfterPacks(cancellation)));
        }

        string[] noted = File.ReadAllLines(Notes);
        Assert.Contains("pack " + Path.GetFileNameWithoutExtension(LargestPack()), noted);

        // That the next one does not read it again is seen by damage that came meanwhile.
        Damage(LargestPack());
        CheckReport report = Check(goesOn: true, comparesViews: false);
        Assert.Empty(report.Problems);
        Assert.Equal(noted.Length - 1, report.EarlierPacks);
        Assert.Equal(_repository.Check(isQuick: true).RawBytes, report.ReadBytes);
        Assert.False(File.Exists(Notes));
        Assert.NotEmpty(Check().Problems);
        Assert.False(File.Exists(Notes));
    }

    [Fact]
    public void NotesOfAnythingAreNoHarm()
    {
        foreach (string text in (string[])["", "\n", "x\npack y\n", "99999999999\npack " + new string('1', 64) + "\n",
            "1\npack\nlist a\n\0\n"])
        {
            File.WriteAllText(Notes, text);
            Assert.Empty(Check(goesOn: true).Problems);
            Assert.False(File.Exists(Notes));
        }
    }

    public void Dispose() => _repository.Dispose();

    private CheckReport Check(string? sample = null, bool goesOn = false, bool comparesViews = true, EndAfterPacks? end = null)
    {
        using Repository repository = Repository.Open(_repository.Folder, TestRepository.Context with { Parallelism = 1 });
        return new RepositoryCheck(repository)
        {
            Sample = sample,
            GoesOn = goesOn,
            ComparesViews = comparesViews,
        }.Run(isQuick: false, end ?? (IProgressSink)NoProgress.Instance, end?.Token ?? TestContext.Current.CancellationToken);
    }

    private (int ExitCode, string Output) Run(params string[] arguments)
    {
        using Process process = MigProgram.Start([], ["--repo", _repository.Folder, .. arguments]);
        return MigProgram.Finish(process);
    }

    private string LargestPack() =>
        new DirectoryInfo(Path.Combine(_repository.Folder, "packs")).EnumerateFiles("*.pack").MaxBy(file => file.Length)!.FullName;

    private static void Damage(string pack)
    {
        using FileStream file = File.Open(pack, FileMode.Open);
        file.Position = file.Length / 2;
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }

    // Ends a check once it has left the packs behind.
    private sealed class EndAfterPacks(CancellationTokenSource cancellation) : IProgressSink
    {
        public CancellationToken Token => cancellation.Token;

        public void Begin(string what, long total)
        {
            if (what != "packs")
                cancellation.Cancel();
        }

        public void Advance(long bytes)
        {
        }
    }
}
