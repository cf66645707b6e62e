using System.Text;
using Mig.Catalog.Searching;
using Mig.Catalog.Sqlite;
using Mig.Catalog.Tests.Support;
using Mig.Core;
using Mig.Images.Searching;
using Mig.Synthetic;
using Mig.Testing;

namespace Mig.Catalog.Tests;

/// <summary>Whatever becomes of the file, the answers stay.</summary>
public sealed class CatalogFileTests : IDisposable
{
    private static readonly EntryConditions Conditions = new() { Names = [new Glob("*")] };

    private static readonly string NoDatabase = string.Concat(Enumerable.Repeat("this is no database. ", 300));

    private readonly SearchedRepository _repository = new();
    private readonly SortedSet<string> _expected;

    public CatalogFileTests()
    {
        string tree = _repository.Files["tree"];
        Tool.Run("bash", "-euc", "mkdir -p \"$1\"/{etc,usr}; for i in {1..300}; do echo $i > \"$1/usr/file$i\"; done", "tree", tree);
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, _repository.Files["disk"], "8M");
        _repository.Commit("disk");
        using (Repository repository = _repository.Open())
            new SyntheticHistory(repository, ["etc/hostname"]).Add(20, 1);
        _expected = Search();
        Assert.Equal((21 * 304) + 20, _expected.Count);
        Assert.True(File.Exists(_repository.CatalogPath));
    }

    [Fact]
    public void DeletedCatalogueIsMadeAnew()
    {
        File.Delete(_repository.CatalogPath);
        Assert.Equal(_expected, Search());
        Assert.Empty(_repository.Notices);
    }

    [Fact]
    public void DamagedCatalogueIsMadeAnewAndThatIsSaid()
    {
        byte[] good = File.ReadAllBytes(_repository.CatalogPath);
        var random = new Random(1);
        byte[] noise = new byte[good.Length];
        random.NextBytes(noise);
        byte[][] damaged = [Encoding.ASCII.GetBytes(NoDatabase), noise, good[..100], good[..4096], good[..(good.Length / 2)],
            [.. good[..4096], .. noise[4096..]], [.. good[..8192], .. new byte[good.Length - 8192]]];
        for (int i = 0; i < damaged.Length; i++)
        {
            File.WriteAllBytes(_repository.CatalogPath, damaged[i]);
            Assert.Equal(_expected, Search());
            Assert.Equal(i + 1, _repository.Notices.Count);
            Assert.Equal(_expected, Search());
            Assert.Equal(i + 1, _repository.Notices.Count);
        }
    }

    [Theory]
    [InlineData("CREATE TABLE other(a)")]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON commits BEGIN DELETE FROM commits; END")]
    [InlineData("DROP TABLE entries; CREATE VIEW entries AS SELECT 1 AS id")]
    [InlineData("PRAGMA user_version = 4711")]
    [InlineData("PRAGMA application_id = 0")]
    [InlineData("UPDATE commits SET id = 1 << 60 WHERE id = 1")]
    [InlineData("UPDATE volumes SET image = 99999999")]
    [InlineData("UPDATE volumes SET image = -1")]
    [InlineData("INSERT INTO parents VALUES(1, 7, 4711)")]
    [InlineData("INSERT OR IGNORE INTO members SELECT a.id, b.tree FROM entries a, members b WHERE a.child IS NOT NULL")]
    public void ForeignCatalogueIsMadeAnewAndThatIsSaid(string change)
    {
        using (SqliteDatabase database = SqliteDatabase.Open(_repository.CatalogPath))
            database.Execute(change);
        Assert.Equal(_expected, Search());
        Assert.Single(_repository.Notices);
    }

    [Fact]
    public void LinksAndFoldersInItsPlaceAreNotWrittenThrough()
    {
        string other = _repository.Files.Write("other", "somebody's data");
        File.Delete(_repository.CatalogPath);
        File.CreateSymbolicLink(_repository.CatalogPath, other);
        Assert.Equal("REPO-002", Assert.Throws<CorruptStoreException>(() => Search()).Code);
        Assert.Equal("somebody's data", File.ReadAllText(other));
        File.Delete(_repository.CatalogPath);
        Directory.CreateDirectory(_repository.CatalogPath);
        Assert.Equal(_expected, Search());
        Directory.Delete(_repository.CatalogPath);
    }

    [Fact]
    public void ReadOnlyRepositoriesAreSearched()
    {
        foreach (string state in (string[])["current", "missing", "behind", "damaged"])
        {
            if (state == "missing")
                File.Delete(_repository.CatalogPath);
            else
                Assert.Equal(_expected, Search());
            if (state == "behind")
            {
                using SqliteDatabase database = SqliteDatabase.Open(_repository.CatalogPath);
                database.Execute("DELETE FROM parents WHERE child > 3; DELETE FROM commits WHERE id > 3");
            }
            else if (state == "damaged")
            {
                File.WriteAllText(_repository.CatalogPath, NoDatabase);
            }

            byte[]? before = File.Exists(_repository.CatalogPath) ? File.ReadAllBytes(_repository.CatalogPath) : null;
            Tool.Run("mount", "--bind", _repository.Folder, _repository.Folder);
            try
            {
                Tool.Run("mount", "-o", "remount,ro,bind", _repository.Folder);
                Assert.ThrowsAny<IOException>(() => File.WriteAllText(Path.Combine(_repository.Folder, "x"), ""));
                Assert.Equal(_expected, Search());
            }
            finally
            {
                Tool.Run("umount", _repository.Folder);
            }

            Assert.Equal(before, File.Exists(_repository.CatalogPath) ? File.ReadAllBytes(_repository.CatalogPath) : null);
        }
    }

    [Fact]
    public void ManyFillItAtOnce()
    {
        File.Delete(_repository.CatalogPath);
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Assert.Equal(_expected, Search()));
        Assert.Empty(_repository.Notices);
        Assert.Equal("ok", Tool.Run("sqlite3", _repository.CatalogPath, "PRAGMA integrity_check").Trim());
        Assert.Equal("21", Tool.Run("sqlite3", _repository.CatalogPath, "SELECT count(*) FROM commits").Trim());
        Assert.Equal("0", Tool.Run("sqlite3", _repository.CatalogPath,
            "SELECT count(*) FROM (SELECT id FROM trees GROUP BY id HAVING count(*) > 1)").Trim());
    }

    [Fact]
    public void ReindexMakesTheSameAgain()
    {
        using (SqliteDatabase database = SqliteDatabase.Open(_repository.CatalogPath))
            database.Execute("DELETE FROM members");
        Assert.NotEqual(_expected, Search());
        using (Repository repository = _repository.Open())
            new ImageSearch(repository, NoProgress.Instance).Reindex(TestContext.Current.CancellationToken);
        Assert.Equal(_expected, Search());
        Assert.Empty(_repository.Notices);
    }

    public void Dispose() => _repository.Dispose();

    private SortedSet<string> Search() => _repository.SearchText(Conditions, withHistory: true);
}
