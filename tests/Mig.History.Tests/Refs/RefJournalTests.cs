using System.Text;
using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;
using Mig.Store.Locks;

namespace Mig.History.Tests.Refs;

/// <summary>
/// An update takes effect with its journal, as a whole, whatever of it is in the files; what is no whole journal has no effect.
/// </summary>
public sealed class RefJournalTests : IDisposable
{
    private static readonly RefName Main = RefName.Branch("main");
    private static readonly RefName Side = RefName.Branch("side");
    private static readonly RefName Moved = RefName.Branch("side/x");
    private static readonly ObjectId One = Samples.Id(1);
    private static readonly ObjectId Two = Samples.Id(2);
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly RefStore _refs;
    private readonly SortedDictionary<string, string> _before;
    private readonly SortedDictionary<string, string> _after;
    private readonly byte[] _journal;

    public RefJournalTests()
    {
        _refs = RefStore.Initialize(_folder.Path, Main);
        _refs.Update(Main, null, One, Samples.Who, "first");
        _refs.Update(Side, null, One, Samples.Who, "side");
        File.WriteAllText(_folder["config"], "[branch \"side\"]\n\tremote = origin\n");
        _before = RefSnapshot.Read(_folder.Path);

        // The same update in a copy: what it leaves is what every interrupted one must leave, too.
        using var copy = new TemporaryFolder();
        RefSnapshot.Write(copy.Path, _before);
        Update(new RefStore(copy.Path));
        _after = RefSnapshot.Read(copy.Path);
        _journal = RefSnapshot.ToJournal(_before, _after).Encode();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheUpdateIsOneThatMovesEverything()
    {
        Assert.Contains("refs/heads/side/x", _after.Keys);
        Assert.DoesNotContain("refs/heads/side", _after.Keys);
        Assert.Contains("side/x", _after["config"], StringComparison.Ordinal);
        Assert.NotEqual(_before["logs/HEAD"], _after["logs/HEAD"]);
        Assert.DoesNotContain("journal", _after.Keys);
    }

    [Fact]
    public void AWholeJournalHoldsWhateverTheFilesSay()
    {
        File.WriteAllBytes(_folder["journal"], _journal);
        AssertReadsAfter();
        Assert.Equal(_before, RefSnapshot.Read(_folder.Path));
        _refs.Finish();
        Assert.False(File.Exists(_folder["journal"]));
        Assert.Equal(_after, RefSnapshot.Read(_folder.Path));
        AssertReadsAfter();
    }

    [Fact]
    public void AJournalIsSeenWholeWhileAnotherHasTheLock()
    {
        File.WriteAllBytes(_folder["journal"], _journal);
        using FileLock gate = FileLock.Acquire(_folder["locks/refs"], "test", TimeSpan.Zero);
        _refs.TryFinish();
        AssertReadsAfter();
        Assert.True(File.Exists(_folder["journal"]));
    }

    [Fact]
    public void EverySubsetOfItsFilesIsFinished()
    {
        string[] paths = [.. _before.Keys.Union(_after.Keys)
            .Where(path => _before.GetValueOrDefault(path) != _after.GetValueOrDefault(path))];
        for (int done = 0; done < 1 << paths.Length; done++)
        {
            // Some files say already what they shall. A folder stands in the place of a file only when that went.
            var half = new SortedDictionary<string, string>(_before, StringComparer.Ordinal);
            for (int i = 0; i < paths.Length; i++)
            {
                if ((done & (1 << i)) == 0)
                    continue;
                half.Remove(paths[i]);
                if (_after.TryGetValue(paths[i], out string? text))
                    half.Add(paths[i], text);
            }

            if (half.Keys.Any(path => half.ContainsKey(path + "/x")))
                continue;
            RefSnapshot.Write(_folder.Path, half);
            File.WriteAllBytes(_folder["journal"], _journal);
            AssertReadsAfter();
            _refs.Update(RefName.Tag("v1"), null, One, Samples.Who, "the next command");
            _refs.Delete(RefName.Tag("v1"), null, Samples.Who, "");
            Assert.Equal(_after, RefSnapshot.Read(_folder.Path));
        }
    }

    [Fact]
    public void WhatIsCutShortNeverHappened()
    {
        for (int length = 0; length < _journal.Length; length += length < 80 ? 1 : 29)
        {
            File.WriteAllBytes(_folder["journal"], _journal[..length]);
            Assert.Equal(One, _refs.Resolve(Side));
            Assert.Null(_refs.Resolve(Moved));
            _refs.Finish();
            Assert.False(File.Exists(_folder["journal"]));
            Assert.Equal(_before, RefSnapshot.Read(_folder.Path));
        }
    }

    [Fact]
    public void EveryFlippedBitIsNoticed()
    {
        for (int bit = 0; bit < 8 * _journal.Length; bit += bit < 8 * 80 ? 1 : 29)
        {
            byte[] damaged = [.. _journal];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_folder["journal"], damaged);
            try
            {
                Assert.Equal(One, _refs.Resolve(Side)); // longer than it is: cut short
                Assert.Equal(_before, RefSnapshot.Read(_folder.Path));
            }
            catch (CorruptStoreException e)
            {
                Assert.Equal("HIST-016", e.Code);
                Assert.Equal("HIST-016", Assert.Throws<CorruptStoreException>(() => _refs.Update(Main, null, Two, Samples.Who, "")).Code);
            }
        }
    }

    [Theory]
    [InlineData(1, "../outside")]
    [InlineData(1, "/tmp/outside")]
    [InlineData(1, "hooks/pre-commit")]
    [InlineData(1, "packs/x.pack")]
    [InlineData(1, "refs/heads")]
    [InlineData(2, "refs/heads")]
    [InlineData(2, "refs/heads/../../config")]
    [InlineData(2, "config")]
    [InlineData(3, "config")]
    [InlineData(3, "refs/heads/main")]
    [InlineData(1, "logs/../hooks/pre-commit")]
    [InlineData(1, "journal")]
    [InlineData(1, "refs/heads/main.lock")]
    [InlineData(4, "refs/heads/main")]
    public void AJournalFromAStrangerLeadsNowhereElse(byte kind, string path)
    {
        var journal = new RefJournal();
        journal.Add(new JournalStep((JournalStepKind)kind, path, 0, kind == 2 ? [] : [1]));
        File.WriteAllBytes(_folder["journal"], journal.Encode());
        Assert.Equal("HIST-016", Assert.Throws<CorruptStoreException>(() => _refs.Resolve(Main)).Code);
        Assert.Equal("HIST-016", Assert.Throws<CorruptStoreException>(() => _refs.Finish()).Code);
        File.Delete(_folder["journal"]);
        Assert.Equal(_before, RefSnapshot.Read(_folder.Path));
    }

    [Fact]
    public void NothingIsWrittenThroughALink()
    {
        using var outside = new TemporaryFolder(inMemory: true);
        Directory.Move(_folder["logs/refs"], outside["refs"]);
        _ = Directory.CreateSymbolicLink(_folder["logs/refs"], outside["refs"]);
        File.WriteAllBytes(_folder["journal"], _journal);
        SortedDictionary<string, string> there = RefSnapshot.ReadAll(outside.Path);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Finish()).Code);
        Assert.Equal(there, RefSnapshot.ReadAll(outside.Path));
        File.Delete(_folder["journal"]);
        File.WriteAllBytes(outside["journal"], _journal);
        _ = File.CreateSymbolicLink(_folder["journal"], outside["journal"]);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Resolve(Main)).Code);
    }

    [Fact]
    public void TheConfigurationIsPartOfIt()
    {
        File.WriteAllBytes(_folder["journal"], _journal);
        ConfigFile config = Config.RepositoryFile(_folder.Path);
        Assert.Equal(["side/x"], config.Read().Entries.Select(entry => entry.Key.Subsection));
        config.Update(document => document.Set(ConfigKey.Parse("user.name"), "Ada"));
        Assert.False(File.Exists(_folder["journal"]));
        Assert.Equal(["side/x", null], config.Read().Entries.Select(entry => entry.Key.Subsection));
        Assert.Equal(One, _refs.Resolve(Moved));
    }

    [Fact]
    public void ASymbolicRefAndWhatItStandsForMayMoveTogether()
    {
        RefName head = RefName.RemoteBranch("origin", "HEAD"), main = RefName.RemoteBranch("origin", "main");
        _refs.BeginTransaction(Samples.Who).Update(main, null, One, "fetch").SetSymbolic(head, main, "clone").Commit();
        _refs.BeginTransaction(Samples.Who).Update(head, One, Two, "purge").Update(main, One, Two, "purge").Commit();
        Assert.Equal((Two, main), (_refs.Resolve(main), _refs.ReadSymbolic(head)));

        // Negative control: to two places it cannot move.
        Assert.Throws<UsageException>(() =>
            _refs.BeginTransaction(Samples.Who).Update(head, null, One, "").Update(main, null, Two, "").Commit());
        Assert.Throws<UsageException>(() =>
            _refs.BeginTransaction(Samples.Who).Update(main, null, One, "").Update(main, null, One, "").Commit());
        Assert.Equal(Two, _refs.Resolve(main));
    }

    [Fact]
    public void NoNewBranchIsCalledHead()
    {
        var head = RefName.Parse("refs/heads/HEAD");
        Assert.Throws<UsageException>(() => _refs.Update(head, null, One, Samples.Who, ""));
        Assert.Throws<UsageException>(() => _refs.Rename(Side, head, Samples.Who));
        Assert.Throws<UsageException>(() => RefName.Branch("HEAD"));
        Assert.False(RefName.TryBranch("HEAD", out _));

        // What an older mig made can be moved and deleted.
        File.WriteAllText(_folder["refs/heads/HEAD"], One + "\n");
        _refs.Update(head, One, Two, Samples.Who, "");
        _refs.Rename(head, RefName.Branch("body"), Samples.Who);
        Assert.Equal(Two, _refs.Resolve(RefName.Branch("body")));
    }

    private static void Update(RefStore refs) => refs.BeginTransaction(Samples.Who)
        .Update(Main, One, Two, "second")
        .Rename(Side, Moved)
        .Update(RefName.Tag("v2"), default(ObjectId), Two, "tag")
        .Configure(document => document.RenameSection("branch", "side", "branch", "side/x"))
        .Commit();

    private void AssertReadsAfter()
    {
        Assert.Equal(new Head(Main, Two), _refs.ReadHead());
        Assert.Equal([Main, Moved, RefName.Tag("v2")], _refs.List().Select(item => item.Name));
        Assert.Equal([Two, One, Two], _refs.List().Select(item => item.Id));
        Assert.Null(_refs.Resolve(Side));
        Assert.Equal(["second", "first"], _refs.ReadLog(Main).Select(entry => entry.Reason));
        Assert.Equal(["second", "first"], _refs.ReadLog(RefName.Head).Select(entry => entry.Reason));
        Assert.Equal(["Branch: renamed refs/heads/side to refs/heads/side/x", "side"], _refs.ReadLog(Moved).Select(entry => entry.Reason));
        Assert.Empty(_refs.ReadLog(Side));
        Assert.Equal([RefName.Head, Main, Moved], _refs.ListLogs());
    }
}
