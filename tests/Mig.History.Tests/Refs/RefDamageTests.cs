using System.Text;
using Mig.Core;
using Mig.History.Refs;
using Mig.History.Tests.Commits;
using Mig.History.Tests.Judges;

namespace Mig.History.Tests.Refs;

public sealed class RefDamageTests : IDisposable
{
    private static readonly RefName Main = RefName.Branch("main");
    private static readonly ObjectId One = Samples.Id(1);
    private readonly TemporaryFolder _folder = new();
    private readonly RefStore _refs;

    public RefDamageTests()
    {
        _refs = RefStore.Initialize(_folder.Path, Main);
        _refs.Update(Main, null, One, Samples.Who, "first");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_ref_is_named_and_can_be_set_again()
    {
        byte[] good = File.ReadAllBytes(_folder["refs/heads/main"]);
        foreach (byte[] damaged in Damage.Of(good))
        {
            File.WriteAllBytes(_folder["refs/heads/main"], damaged);
            try
            {
                _ = _refs.Resolve(Main);
            }
            catch (CorruptStoreException e)
            {
                Assert.Equal("HIST-010", e.Code);
                Assert.Contains("refs/heads/main", e.Message, StringComparison.Ordinal);
                Assert.Contains("mig branch -f main", e.Message, StringComparison.Ordinal);
            }
        }

        File.WriteAllText(_folder["refs/heads/main"], "");
        _ = Assert.Throws<CorruptStoreException>(() => _refs.List());
        var damage = new List<CorruptStoreException>();
        Assert.Empty(_refs.List("refs/", damage));
        Assert.Equal("HIST-010", Assert.Single(damage).Code);
        _ = Assert.Throws<CorruptStoreException>(() => _refs.Update(Main, One, One, Samples.Who, ""));
        _refs.Update(Main, null, One, Samples.Who, "repaired");
        Assert.Equal(One, _refs.Resolve(Main));
    }

    [Fact]
    public void A_damaged_head_is_not_guessed_at()
    {
        File.WriteAllText(_folder["HEAD"], "ref: refs/../config\n");
        Assert.Equal("HIST-010", Assert.Throws<CorruptStoreException>(() => _refs.ReadHead()).Code);
        Assert.Equal("HIST-010", Assert.Throws<CorruptStoreException>(() => _refs.Update(RefName.Head, null, One, Samples.Who, "")).Code);
        File.Delete(_folder["HEAD"]);
        Assert.Equal("HIST-012", Assert.Throws<CorruptStoreException>(() => _refs.ReadHead()).Code);
        Assert.Equal("HIST-012", Assert.Throws<CorruptStoreException>(() => _refs.Update(RefName.Head, null, One, Samples.Who, "")).Code);
        _refs.AttachHead(Main, Samples.Who, "repaired");
        Assert.Equal(Main, _refs.ReadHead().Branch);
    }

    [Fact]
    public void Circles_end()
    {
        File.WriteAllText(_folder["refs/heads/a"], "ref: refs/heads/b\n");
        File.WriteAllText(_folder["refs/heads/b"], "ref: refs/heads/a\n");
        RefName a = RefName.Branch("a");
        Assert.Equal("HIST-013", Assert.Throws<CorruptStoreException>(() => _refs.Resolve(a)).Code);
        Assert.Equal("HIST-013", Assert.Throws<CorruptStoreException>(() => _refs.Update(a, null, One, Samples.Who, "")).Code);
        _refs.Delete(a, null, Samples.Who, "");
        Assert.Null(_refs.Resolve(a));
    }

    [Fact]
    public void Links_lead_nowhere()
    {
        using var outside = new TemporaryFolder();
        File.WriteAllText(outside["secret"], One + "\n");
        _ = File.CreateSymbolicLink(_folder["refs/heads/file"], outside["secret"]);
        _ = Directory.CreateSymbolicLink(_folder["refs/heads/dir"], outside.Path);
        RefName file = RefName.Branch("file");
        RefName inside = RefName.Branch("dir/secret");
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Resolve(file)).Code);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Resolve(inside)).Code);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Update(inside, null, One, Samples.Who, "")).Code);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() =>
            _refs.Update(RefName.Branch("dir/new"), null, One, Samples.Who, "")).Code);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Delete(inside, null, Samples.Who, "")).Code);
        var damage = new List<CorruptStoreException>();
        Assert.Equal([Main], _refs.List("refs/", damage).Select(r => r.Name));
        Assert.Equal(2, damage.Count);

        // The link itself can be replaced and deleted; what it points to stays.
        _refs.Update(file, null, Samples.Id(2), Samples.Who, "");
        Assert.Equal(Samples.Id(2), _refs.Resolve(file));
        Directory.Delete(_folder["logs"], recursive: true);
        _ = Directory.CreateSymbolicLink(_folder["logs"], outside.Path);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Update(Main, null, One, Samples.Who, "")).Code);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.ReadLog(Main)).Code);
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(outside.Path).Select(Path.GetFileName));
        Assert.Equal(One + "\n", File.ReadAllText(outside["secret"]));
    }

    [Fact]
    public void A_pipe_does_not_make_anyone_wait()
    {
        Assert.Equal(0, GitRepository.Execute("mkfifo", _folder.Path, [], new Dictionary<string, string>(), "refs/heads/pipe").Exit);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.Resolve(RefName.Branch("pipe"))).Code);
        File.Delete(_folder["logs/HEAD"]);
        Assert.Equal(0, GitRepository.Execute("mkfifo", _folder.Path, [], new Dictionary<string, string>(), "logs/HEAD").Exit);
        Assert.Equal("HIST-011", Assert.Throws<CorruptStoreException>(() => _refs.ReadLog(RefName.Head)).Code);
    }

    [Fact]
    public void Damaged_logs_are_refused_or_read_as_what_they_say()
    {
        _refs.Update(Main, null, Samples.Id(2), Samples.Who, "second");
        byte[] good = File.ReadAllBytes(_folder["logs/refs/heads/main"]);
        foreach (byte[] damaged in Damage.Of(good))
        {
            File.WriteAllBytes(_folder["logs/refs/heads/main"], damaged);
            try
            {
                Assert.InRange(_refs.ReadLog(Main).Count, 0, 2);
            }
            catch (CorruptStoreException e)
            {
                Assert.Equal("HIST-014", e.Code);
                Assert.Matches("logs/refs/heads/main line [12] ", e.Message);
            }
        }
    }

    [Fact]
    public void A_torn_line_is_passed_over_and_then_cut_off()
    {
        byte[] good = File.ReadAllBytes(_folder["logs/refs/heads/main"]);
        for (int length = 0; length < good.Length; length += 7)
        {
            File.WriteAllBytes(_folder["logs/refs/heads/main"], [.. good, .. good[..length]]);
            _ = Assert.Single(_refs.ReadLog(Main));
            _refs.Update(Main, null, Samples.Id(length), Samples.Who, "next");
            Assert.Equal(["next", "first"], _refs.ReadLog(Main).Select(l => l.Reason));
        }

        File.WriteAllBytes(_folder["logs/refs/heads/main"], Encoding.UTF8.GetBytes(new string('x', 5000)));
        _refs.Update(Main, null, One, Samples.Who, "next");
        _ = Assert.Single(_refs.ReadLog(Main));
    }

    [Fact]
    public void Huge_files_are_not_read()
    {
        using (FileStream file = File.OpenWrite(_folder["refs/heads/huge"]))
            file.SetLength(1L << 40);
        Assert.Equal("HIST-010", Assert.Throws<CorruptStoreException>(() => _refs.Resolve(RefName.Branch("huge"))).Code);
        using (FileStream file = File.OpenWrite(_folder["logs/HEAD"]))
            file.SetLength(1L << 40);
        Assert.Equal("HIST-014", Assert.Throws<CorruptStoreException>(() => _refs.ReadLog(RefName.Head)).Code);
    }
}
