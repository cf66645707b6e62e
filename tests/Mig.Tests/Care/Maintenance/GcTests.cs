using Mig.Care.Maintenance;
using Mig.Core;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Care.Maintenance;

/// <summary>What a garbage collection takes, and what it leaves.</summary>
public sealed class GcTests : IDisposable
{
    private static readonly CollectionOptions Everything =
        new() { PruneBefore = DateTime.MaxValue, ExpireLogsBefore = DateTime.MaxValue, GarbageTolerated = 0 };

    private readonly TestRepository _repository = new();

    [Fact]
    public void What_a_branch_alone_led_to_goes_with_it_and_the_rest_stays_exact()
    {
        string kept = TestDisks.Gpt(_repository.Files, "kept.img");
        ObjectId first = _repository.Commit("kept.img").Id!.Value.Value;
        _repository.Files.Write("other.img", MixedBytes.Make(9 << 20, 5));
        ObjectId second = _repository.Commit("other.img").Id!.Value.Value;
        long before = Size();
        Move("main", first);
        Assert.Equal(0, Run(Everything with { PruneBefore = null }).GarbageObjects); // never
        CollectionReport young = Run(Everything with { PruneBefore = DateTime.UtcNow.AddDays(-14) });
        Assert.True(young.KeptObjects > 0 && young.GarbageObjects == 0);
        Assert.Equal(before, Size());
        CollectionReport planned = Run(Everything with { DryRun = true });
        Assert.Equal(before, Size());
        CollectionReport done = Run(Everything);
        Assert.Equal(planned.GarbageObjects, done.GarbageObjects);
        Assert.Null(done.Blocker);
        Assert.InRange(before - Size(), 2 << 20, before);
        Assert.InRange(Math.Abs(planned.BytesAfter - done.BytesAfter), 0, before / 50);
        using (Repository repository = _repository.Open())
        {
            Assert.False(repository.Store.Contains(second));
            Assert.True(repository.Store.Contains(first));
        }

        _repository.AssertClean();
        Judge.AssertSame(kept, _repository.Export("out.img"));

        // The same disk again is stored again.
        Assert.True(_repository.AssertExact("other.img").NewBytes > 2 << 20);
    }

    [Fact]
    public void Reflogs_keep_what_they_name_until_they_are_expired()
    {
        ObjectId first = Commit(1), second = Commit(2);
        Move("main", first);
        Run(new CollectionOptions { PruneBefore = DateTime.MaxValue, ExpireLogsBefore = null });
        using (Repository repository = _repository.Open())
            Assert.True(repository.Store.Contains(second));
        Assert.True(Run(Everything).ForgottenMoves > 0);
        using (Repository repository = _repository.Open())
        {
            Assert.False(repository.Store.Contains(second));
            Assert.Equal(first, repository.Refs.ReadHead().Id);
        }

        _repository.AssertClean();
    }

    [Fact]
    public void Many_small_packs_become_few()
    {
        for (int version = 0; version < 12; version++)
            Commit(version);
        int before = Directory.GetFiles(Path.Combine(_repository.Folder, "packs"), "*.pack").Length;
        CollectionReport report = Run(new CollectionOptions { PruneBefore = null });
        Assert.True(before >= 12 && report.PacksAfter <= 2, $"{before} packs, {report.PacksAfter} afterwards");
        _repository.AssertClean();
        Assert.Equal(0, Run(new CollectionOptions()).RewrittenPacks);
        for (int version = 0; version < 12; version++)
        {
            string exported = _repository.Export("out", revision: $"HEAD~{11 - version}");
            Assert.Equal(MixedBytes.Make(200_000, version), File.ReadAllBytes(exported));
        }
    }

    [Fact]
    public void A_pack_in_no_index_goes_and_a_damaged_repository_loses_nothing()
    {
        Commit(1);
        string pack = Directory.GetFiles(Path.Combine(_repository.Folder, "packs"), "*.pack")[0],
            stray = Path.Combine(_repository.Folder, "packs", new string('a', 64) + ".pack");
        File.Copy(pack, stray);
        Run(Everything);
        Assert.False(File.Exists(stray));
        _repository.AssertClean();

        // An index that cannot be read makes its packs look like strays.
        Commit(2);
        string index = Directory.GetFiles(Path.Combine(_repository.Folder, "packs"), "*.idx")[0];
        byte[] bytes = File.ReadAllBytes(index);
        File.WriteAllBytes(index, bytes[..^40]);
        string[] files = Directory.GetFiles(Path.Combine(_repository.Folder, "packs"));
        Assert.ThrowsAny<CorruptStoreException>(() => Run(Everything));
        Assert.Empty(files.Except(Directory.GetFiles(Path.Combine(_repository.Folder, "packs"))));
        File.WriteAllBytes(index, bytes);
        Assert.Empty(_repository.Check().Problems);
    }

    [Fact]
    public void A_missing_object_stops_it_before_anything_goes()
    {
        Commit(1);
        ObjectId second = Commit(2);
        Move("main", second);
        using (Repository repository = _repository.Open())
            repository.Refs.Delete(RefName.Branch("main"), null, repository.Identity.Committer(), "gone");
        File.WriteAllText(Path.Combine(_repository.Folder, "refs/heads/main"), ObjectId.Of("nothing"u8) + "\n");
        string[] files = Directory.GetFiles(Path.Combine(_repository.Folder, "packs"));
        Assert.Equal("GC-001", Assert.Throws<CorruptStoreException>(() => Run(Everything)).Code);
        Assert.Equal(files, Directory.GetFiles(Path.Combine(_repository.Folder, "packs")));
    }

    [Fact]
    public void Damage_does_not_get_a_new_checksum()
    {
        for (int version = 0; version < 12; version++)
            Commit(version);
        foreach (string pack in Directory.GetFiles(Path.Combine(_repository.Folder, "packs"), "*.pack"))
        {
            byte[] bytes = File.ReadAllBytes(pack);
            bytes[^100] ^= 1;
            File.WriteAllBytes(pack, bytes);
        }

        Assert.ThrowsAny<CorruptStoreException>(() => Run(Everything));
    }

    [Fact]
    public void Only_one_runs_at_a_time()
    {
        Commit(1);
        using Repository one = _repository.Open();
        ConflictException? conflict = null;
        new GarbageCollection(one, Everything)
        {
            Step = _ =>
            conflict ??= Record.Exception(() => Run(Everything)) as ConflictException
        }.Run(TestContext.Current.CancellationToken);
        Assert.Contains("is locked by process", conflict!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_began_before_reads_on()
    {
        // One pack, of which the version that is left needs the most.
        byte[] disk = MixedBytes.Make(30 << 20, 9);
        _repository.Files.Write("disk", disk);
        _repository.Commit("disk");
        using (Repository repository = _repository.Open())
            repository.Refs.Delete(RefName.Branch("main"), null, repository.Identity.Committer(), "gone");
        _repository.Files.Write("disk", disk.AsSpan(0, 25 << 20).ToArray());
        _repository.Commit("disk");

        using Repository reader = _repository.Open();
        BlobId[] blobs = [.. Blobs(reader)];
        int visited = 0;
        reader.Store.ReadBlobs(blobs, 1, (_, _) =>
        {
            if (visited++ == 3)
            {
                // The pack that is being read goes, and its file is closed.
                Assert.True(Run(Everything).RewrittenPacks > 0);
                reader.Store.Refresh();
            }
        }, TestContext.Current.CancellationToken);
        Assert.Equal(blobs.Length, visited);
        _repository.AssertClean();
    }

    public void Dispose() => _repository.Dispose();

    private static IEnumerable<BlobId> Blobs(Repository repository)
    {
        var blobs = new List<BlobId>();
        new Reachability(repository, TestContext.Current.CancellationToken).Run([repository.Refs.ReadHead().Id!.Value], _ => false)
            .ForEachId((id, location, mark) =>
        {
            if (mark == 1 && location.Kind == ObjectKind.Blob)
                blobs.Add(new BlobId(id));
        });
        return blobs;
    }

    private CollectionReport Run(CollectionOptions options)
    {
        using Repository repository = _repository.Open();
        return new GarbageCollection(repository, options).Run(TestContext.Current.CancellationToken);
    }

    private ObjectId Commit(int version)
    {
        _repository.Files.Write("disk", MixedBytes.Make(200_000, version));
        return _repository.Commit("disk").Id!.Value.Value;
    }

    private void Move(string branch, ObjectId to)
    {
        using Repository repository = _repository.Open();
        repository.Refs.Update(RefName.Branch(branch), null, to, repository.Identity.Committer(), "test");
    }

    private long Size() => new DirectoryInfo(Path.Combine(_repository.Folder, "packs")).EnumerateFiles().Sum(file => file.Length);
}
