using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Refs;

/// <summary>
/// Many refs in one file: they are what they would be as files, whatever is done with them, and a file that no mig writes is refused.
/// </summary>
public sealed class PackedRefsTests : IDisposable
{
    private const string Header = "# mig packed-refs 1\n";
    private static readonly RefName Main = RefName.Branch("main");
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly RefStore _refs;

    public PackedRefsTests() => _refs = RefStore.Initialize(_folder.Path, Main);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Hostile { get; } = new()
    {
        { "unsorted", $"{Id(1)} refs/heads/b\n{Id(1)} refs/heads/a\n" },
        { "a name twice", $"{Id(1)} refs/heads/a\n{Id(2)} refs/heads/a\n" },
        { "a name that leads out", $"{Id(1)} refs/heads/../../config\n" },
        { "a name elsewhere", $"{Id(1)} config\n" },
        { "HEAD", $"{Id(1)} HEAD\n" },
        { "a folder of refs", $"{Id(1)} refs/heads\n" },
        { "a name with a NUL", $"{Id(1)} refs/heads/a\0b\n" },
        { "a name that is too long", $"{Id(1)} refs/heads/{new string('x', 300)}\n" },
        { "no name", $"{Id(1)} \n" },
        { "no id", "zz refs/heads/a\n" },
        { "the null id", $"{new string('0', 64)} refs/heads/a\n" },
        { "a short id", $"{Id(1).ToString()[..62]} refs/heads/a\n" },
        { "an empty line", "\n" },
        { "no end of line", $"{Id(1)} refs/heads/a" },
    };

    [Fact]
    public void ManyNewRefsAreOneFile()
    {
        Make(RefName.RemotePrefix + "origin/b", 200);
        Assert.Empty(Directory.EnumerateFiles(_folder["refs"], "*", SearchOption.AllDirectories));
        Assert.Equal(200, File.ReadLines(_folder["packed-refs"]).Count(line => line[0] != '#'));
        Assert.Contains("packedrefs = true", File.ReadAllText(_folder["config"]), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, new RefStore(_folder.Path).List().Count);
        Assert.Equal("a", Assert.Single(_refs.ReadLog(RefName.RemoteBranch("origin", "b7"))).Reason);
        Judge();
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(10, 2)]
    public void LogsOfManyRefsThatACloneMakesBeginWhenTheyMove(int count, int entries)
    {
        RefTransaction made = _refs.BeginTransaction(Samples.Who).LogMovesOnly();
        for (int i = 0; i < count; i++)
            made.Update(RefName.RemoteBranch("origin", $"b{i}"), default(ObjectId), Id(1), "made");
        made.Commit();
        RefName one = RefName.RemoteBranch("origin", "b7");
        Assert.Equal(entries - 1, _refs.ReadLog(one).Count);
        _refs.BeginTransaction(Samples.Who).LogMovesOnly().Update(one, Id(1), Id(2), "moved").Commit();
        IReadOnlyList<ReflogEntry> log = _refs.ReadLog(one);
        Assert.Equal(entries, log.Count);
        Assert.Equal((Id(1), Id(2), "moved"), (log[0].Before, log[0].After, log[0].Reason));
    }

    [Fact]
    public void FewRefsStayFilesAndOlderMigsReadThem()
    {
        Make(RefName.BranchPrefix + "b", 64);
        Assert.Equal(0, _refs.Pack());
        Assert.False(File.Exists(_folder["packed-refs"]));
        Assert.False(File.Exists(_folder["config"]));
        _refs.Update(Main, null, Id(1), Samples.Who, "one more");
        Assert.Equal(65, _refs.Pack());
        Assert.Empty(Directory.EnumerateFiles(_folder["refs"], "*", SearchOption.AllDirectories));
        Assert.Contains("packedrefs = true", File.ReadAllText(_folder["config"]), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Id(1), _refs.ReadHead().Id);
    }

    [Fact]
    public void APackedRefMovesGoesAndIsInTheWayAsAFileIs()
    {
        Make(RefName.BranchPrefix + "b/", 100);
        RefName one = RefName.Branch("b/1"), under = RefName.Branch("b/1/x");
        Assert.Contains("'refs/heads/b/1' exists",
            Assert.Throws<ConflictException>(() => _refs.Update(under, null, Id(1), Samples.Who, "")).Message, StringComparison.Ordinal);
        Assert.Contains("'refs/heads/b/0' exists", Assert.Throws<ConflictException>(() =>
            _refs.Update(RefName.Branch("b"), null, Id(1), Samples.Who, "")).Message, StringComparison.Ordinal);
        Assert.Throws<ConflictException>(() => _refs.Update(one, default(ObjectId), Id(1), Samples.Who, ""));
        _refs.Update(one, Id(6), Id(300), Samples.Who, "moved");
        Assert.Equal(Id(300), new RefStore(_folder.Path).Resolve(one));
        _refs.Delete(one, Id(300), Samples.Who, "");
        Assert.Null(new RefStore(_folder.Path).Resolve(one)); // not what is packed
        Assert.Equal(99, _refs.List().Count);
        _refs.Rename(RefName.Branch("b/2"), RefName.Branch("b/2/x"), Samples.Who);
        Assert.Equal(Id(7), _refs.Resolve(RefName.Branch("b/2/x")));
        Assert.Null(_refs.Resolve(RefName.Branch("b/2")));
        Assert.Throws<NotFoundException>(() => _refs.Delete(RefName.Branch("b/2"), null, Samples.Who, ""));
        _refs.AttachHead(RefName.Branch("b/3"), Samples.Who, "checkout");
        _refs.Update(RefName.Head, Id(8), Id(301), Samples.Who, "commit");
        Assert.Equal(Id(301), _refs.Resolve(RefName.Branch("b/3")));
        Judge();
    }

    // Seeded: what is done at random to the refs is done to a dictionary as well.
    [Fact]
    public void WhateverIsDoneTheyAreWhatTheyWouldBeAsFiles()
    {
        const int Seed = 36;
        var random = new Random(Seed);
        var model = new SortedDictionary<RefName, ObjectId>();
        for (int step = 0; step < 60; step++)
        {
            RefTransaction transaction = _refs.BeginTransaction(Samples.Who);
            var touched = new HashSet<RefName>();
            int count = random.Next(4) == 0 ? random.Next(60, 120) : random.Next(1, 4);
            for (int i = 0; i < count; i++)
            {
                RefName name = RefName.Parse(string.Create(CultureInfo.InvariantCulture,
                    $"refs/{(random.Next(2) == 0 ? "heads" : "tags")}/{(char)('a' + random.Next(3))}/{random.Next(60)}"));
                if (!touched.Add(name))
                    continue;
                if (random.Next(4) == 0 && model.Remove(name, out ObjectId was))
                {
                    transaction.Delete(name, was, "");
                    continue;
                }

                ObjectId id = Id(random.Next(1, 1000));
                transaction.Update(name, model.TryGetValue(name, out ObjectId old) ? old : default, id, "");
                model[name] = id;
            }

            transaction.Commit();
            if (random.Next(8) == 0)
                _refs.Pack();
            Assert.Equal(model.Select(item => (item.Key, item.Value)), new RefStore(_folder.Path).List()
                .Select(found => (found.Name, found.Id)));
        }

        Assert.True(File.Exists(_folder["packed-refs"]));
        Judge();
    }

    [Fact]
    public async Task AReaderNeverMissesARefThatMovesIntoTheFile()
    {
        RefName wanted = RefName.Branch("b42");
        Make(RefName.BranchPrefix + "b", 100);
        using var stop = new CancellationTokenSource();
        Task<int> reading = Task.Run(() =>
        {
            int rounds = 0;
            for (var reader = new RefStore(_folder.Path); !stop.IsCancellationRequested; rounds++)
            {
                Assert.NotNull(reader.Resolve(wanted));
                Assert.True(reader.Exists(wanted));
                Assert.Equal(100, reader.List().Count);
                Assert.Equal(100, reader.ListNames("refs/heads/").Count);
            }

            return rounds;
        });
        for (int round = 0; round < 20; round++)
        {
            for (int half = 0; half < 100; half += 50)
            {
                RefTransaction moves = _refs.BeginTransaction(Samples.Who);
                for (int i = half; i < half + 50; i++)
                    moves.Update(RefName.Branch(string.Create(CultureInfo.InvariantCulture, $"b{i}")), null, Id(round + 1), "");
                moves.Commit();
            }

            Assert.Equal(100, _refs.Pack()); // files again, as few move at once
        }

        await stop.CancelAsync();
        Assert.True(await reading > 0);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void AFileThatNoMigWritesIsRefused(string what, string lines)
    {
        Write(Header + lines);
        CorruptStoreException e = Assert.Throws<CorruptStoreException>(() => _refs.List());
        Assert.True(e.Code == "HIST-018", $"{what}: {e.Message}");
        var damaged = new List<CorruptStoreException>();
        Assert.Empty(_refs.List("refs/", damaged));
        Assert.Equal("HIST-018", Assert.Single(damaged).Code);
    }

    [Fact]
    public void ChecksumHeaderLengthAndKindOfFileAreChecked()
    {
        Write(Header + $"{Id(1)} refs/heads/a\n"); // the control: this one is fine
        byte[] good = File.ReadAllBytes(_folder["packed-refs"]);
        Assert.Equal(Id(1), _refs.Resolve(RefName.Branch("a")));
        foreach (byte[] bad in Damage.Of(good))
        {
            File.WriteAllBytes(_folder["packed-refs"], bad);
            Assert.Equal("HIST-018", Assert.Throws<CorruptStoreException>(() => new RefStore(_folder.Path).List()).Code);
        }

        // Nothing is decided by what cannot be read.
        Assert.Equal("HIST-018", Assert.Throws<CorruptStoreException>(() =>
            new RefStore(_folder.Path).Update(RefName.Branch("a"), default(ObjectId), Id(2), Samples.Who, "")).Code);
        Write("# mig packed-refs 2\n");
        Assert.Equal("HIST-018", Assert.Throws<CorruptStoreException>(() => _refs.List()).Code);
        using (FileStream huge = File.Create(_folder["packed-refs"]))
            huge.SetLength(PackedRefs.MaxBytes + 1L);
        Assert.Equal("HIST-018", Assert.Throws<CorruptStoreException>(() => _refs.List()).Code);
        File.Delete(_folder["packed-refs"]);
        File.WriteAllBytes(_folder["elsewhere"], good);
        File.CreateSymbolicLink(_folder["packed-refs"], _folder["elsewhere"]);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.List()).Code);
        File.Delete(_folder["packed-refs"]);
        Mig.Testing.Tool.Run("mkfifo", _folder["packed-refs"]);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.List()).Code);
    }

    // An older mig wrote this journal; one may read the refs afterwards.
    [Fact]
    public void AJournalOfAnOlderMigMakesFiles()
    {
        var journal = new RefJournal();
        for (int i = 0; i < 100; i++)
            journal.Add(new JournalStep(JournalStepKind.Write, string.Create(CultureInfo.InvariantCulture, $"refs/heads/b{i}"), 0,
                Encoding.UTF8.GetBytes($"{Id(1)}\n")));
        File.WriteAllBytes(_folder["journal"], journal.Encode());
        Assert.Equal(100, _refs.List().Count);
        _refs.Finish();
        Assert.False(File.Exists(_folder["packed-refs"]));
        Assert.Equal(100, Directory.EnumerateFiles(_folder["refs/heads"]).Count());
        Assert.Equal(100, _refs.List().Count);
    }

    // Packing changes no ref: whatever fails, they are all there for the next one, and the next packing gets through.
    [Fact]
    public void EveryStepOfPackingThatFailsLosesNothing()
    {
        for (int i = 0; i < 2; i++)
            Make(string.Create(CultureInfo.InvariantCulture, $"refs/tags/v{i}."), 35);
        SortedDictionary<string, string> before = Refs();
        foreach (bool lasts in (bool[])[false, true])
        {
            for (long n = 1, failures = 1; failures > 0; n += n < 20 ? 1 : 7)
            {
                File.Delete(_folder["config"]);
                RefSnapshot.Write(_folder.Path, before);
                using (FileFault fault = FileFault.Install(_folder.Path, n, Errno.NoSpace, lasts))
                {
                    Exception? thrown = Record.Exception(() => new RefStore(_folder.Path).Pack());
                    failures = fault.Failures;
                    Assert.True(thrown is null or IOException, $"{n}: {thrown}");
                }

                Assert.True(Refs().SequenceEqual(before), $"step {n}, {lasts}");
                Assert.Equal(70, new RefStore(_folder.Path).List().Count);
                if (File.Exists(_folder["packed-refs"]))
                    Assert.Contains("packedrefs", File.ReadAllText(_folder["config"]), StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public void NegativeControlALostPackedRefIsNoticed()
    {
        Make("refs/tags/v", 70);
        SortedDictionary<string, string> before = Refs();
        Write(string.Concat(File.ReadLines(_folder["packed-refs"]).SkipLast(2).Select(line => line + "\n")));
        Assert.False(Refs().SequenceEqual(before));
        Assert.Equal(69, new RefStore(_folder.Path).List().Count);
    }

    private static ObjectId Id(int number) => Samples.Id(number);

    private void Make(string prefix, int count)
    {
        RefTransaction transaction = _refs.BeginTransaction(Samples.Who);
        for (int i = 0; i < count; i++)
            transaction.Update(RefName.Parse(string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}")), default(ObjectId), Id(i + 5),
                "a");
        transaction.Commit();
    }

    private SortedDictionary<string, string> Refs() => new(
        RefSnapshot.Read(_folder.Path).Where(file => file.Key.StartsWith("refs/", StringComparison.Ordinal)).ToDictionary(),
            StringComparer.Ordinal);

    private void Write(string text)
    {
        File.Delete(_folder["packed-refs"]);
        File.WriteAllText(_folder["packed-refs"],
            $"{text}# sha256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}\n");
    }

    // sort(1) and sha256sum(1) say what the file should be.
    private void Judge()
    {
        const string Script =
            "head -n -1 packed-refs | sha256sum | cut -c1-64 | diff - <(tail -n 1 packed-refs | cut -c10-) && tail -n +2 packed-refs | "
            + "head -n -1 | cut -d' ' -f2 | LC_ALL=C sort -u -c";
        Mig.Testing.Tool.Run("bash", "-ec", $"cd '{_folder.Path}'; {Script}");
    }
}
