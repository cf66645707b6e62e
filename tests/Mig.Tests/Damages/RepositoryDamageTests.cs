using Mig.Care.Checks;
using Mig.Core;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Damages;

/// <summary>
/// Each file of a small repository damaged in each way: the check reports it, or at least warns where nothing is lost, and what is read is
/// right or refused.
/// </summary>
public sealed class RepositoryDamageTests : IDisposable
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MIG_TEST_DAMAGE") is { Length: > 0 };

    private readonly TestRepository _repository = new();
    private readonly List<(string Revision, byte[] Content)> _versions = [];

    public RepositoryDamageTests()
    {
        // Two versions on a branch and one on another: small, so that every byte can be damaged.
        byte[] disk = new byte[20_000];
        MixedBytes.Make(1500, 3).CopyTo(disk, 0);
        MixedBytes.Make(700, 4).CopyTo(disk, 9000);
        for (int version = 0; version < 2; version++)
        {
            disk[9000 + version] ^= 0x55;
            _repository.Files.Write("disk", disk);
            _versions.Add((_repository.Commit("disk").Id!.Value.ToString(), [.. disk]));
        }

        using Repository repository = _repository.Open();
        repository.Refs.Update(History.Refs.RefName.Branch("other"), default(ObjectId), ObjectIdOf(_versions[0].Revision),
            repository.Identity.Committer(), "branch: made");
    }

    // Text that people may edit: many changes of it leave a sound repository that says something else.
    private static bool IsText(string file) => file is "config" or "HEAD" || file.StartsWith("logs/", StringComparison.Ordinal);

    // What may be gone or wrong without any loss: locks hold nothing, the cache is verified when it is read.
    private static bool IsIdle(string file) =>
        file.StartsWith("locks/", StringComparison.Ordinal) || file.StartsWith("cache/", StringComparison.Ordinal);

    [Fact]
    public void AnUndamagedRepositoryIsClean()
    {
        Assert.Equal(Outcome.Clean, Look());
        string[] files = Files();
        foreach (string kind in (string[])[
            "HEAD", "config", "refs/heads/main", "refs/heads/other", "logs/HEAD", "logs/refs/heads/main", "packs/"])
            Assert.Contains(files, file => file.StartsWith(kind, StringComparison.Ordinal));
    }

    // The long run (eng/crash.sh) takes every byte.
    [Fact]
    public void BytesAllOverChanged()
    {
        var random = new Random(1);
        var unseen = new List<string>();
        foreach (string file in Files())
        {
            string path = Path.Combine(_repository.Folder, file);
            long length = new FileInfo(path).Length;
            for (long at = 0; at < length; at += IsLong ? 1 : random.Next(1, 16))
            {
                long bit = (at * 8) + random.Next(8);
                Damage.FlipBitInFile(path, bit);
                if (Look() == Outcome.Clean && !IsText(file) && !IsIdle(file) && !IsSameId(path))
                    unseen.Add($"bit {bit % 8} of byte {at} of {file}");
                Damage.FlipBitInFile(path, bit);
            }
        }

        Assert.Empty(unseen);
        Assert.Equal(Outcome.Clean, Look());
    }

    [Fact]
    public void EveryFileTruncated()
    {
        var unseen = new List<string>();
        foreach (string file in Files())
        {
            string path = Path.Combine(_repository.Folder, file);
            byte[] whole = File.ReadAllBytes(path);
            foreach (int length in new[] { 0, 1, 10, whole.Length / 2, whole.Length - 40, whole.Length - 2, whole.Length - 1 }.Where(
                length => length >= 0 && length < whole.Length).Distinct())
            {
                File.WriteAllBytes(path, whole[..length]);
                if (Look() == Outcome.Clean && !IsIdle(file) && !(IsText(file) && length > 0) && !IsSameId(path))
                    unseen.Add($"{file} cut to {length} of {whole.Length}");
            }

            File.WriteAllBytes(path, whole);
        }

        Assert.Empty(unseen);
        Assert.Equal(Outcome.Clean, Look());
    }

    [Fact]
    public void EveryFileRemoved()
    {
        var unseen = new List<string>();
        foreach (string file in Files())
        {
            string path = Path.Combine(_repository.Folder, file);
            byte[] whole = File.ReadAllBytes(path);
            File.Delete(path);
            if (Look() == Outcome.Clean && !IsIdle(file))
                unseen.Add(file);
            File.WriteAllBytes(path, whole);
        }

        Assert.Empty(unseen);
        Assert.Equal(Outcome.Clean, Look());
    }

    [Fact]
    public void EveryPairOfFilesSwapped()
    {
        var unseen = new List<string>();
        string[] files = [.. Files().Where(file => !IsIdle(file))];
        for (int i = 0; i < files.Length; i++)
        {
            for (int j = i + 1; j < files.Length; j++)
            {
                string one = Path.Combine(_repository.Folder, files[i]), two = Path.Combine(_repository.Folder, files[j]);
                byte[] first = File.ReadAllBytes(one), second = File.ReadAllBytes(two);
                if (first.AsSpan().SequenceEqual(second))
                    continue;
                File.WriteAllBytes(one, second);
                File.WriteAllBytes(two, first);
                if (Look() == Outcome.Clean)
                    unseen.Add($"{files[i]} and {files[j]}");
                File.WriteAllBytes(one, first);
                File.WriteAllBytes(two, second);
            }
        }

        Assert.Empty(unseen);
        Assert.Equal(Outcome.Clean, Look());
    }

    [Fact]
    public void FoldersRemoved()
    {
        foreach (string folder in (string[])["packs", "refs", "logs", "refs/heads"])
        {
            string path = Path.Combine(_repository.Folder, folder), aside = _repository.Files["aside"];
            Directory.Move(path, aside);
            Assert.NotEqual(Outcome.Clean, Look());
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            Directory.Move(aside, path);
            Assert.Equal(Outcome.Clean, Look());
        }
    }

    public void Dispose() => _repository.Dispose();

    private static ObjectId ObjectIdOf(string text) => ObjectId.TryParse(text, out ObjectId id) ? id : throw new ArgumentException(text);

    // Hooks are programs of the user: what stands in them is not for mig to judge.
    private string[] Files() =>
    [
        .. Directory.EnumerateFiles(_repository.Folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_repository.Folder, path))
            .Where(path => !path.StartsWith("hooks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    // Upper-case digits and lost newlines name the same commit.
    private bool IsSameId(string path) => Path.GetDirectoryName(path) == Path.Combine(_repository.Folder, "refs/heads")
        && File.ReadAllText(path).Trim().ToLowerInvariant() is var text
            && text == _versions[path.EndsWith("main", StringComparison.Ordinal) ? 1 : 0].Revision;

    private enum Outcome
    {
        Clean,
        Warned,
        Reported,
        Refused,
    }

    // Only the documented exceptions may come out, and never wrong bytes.
    private Outcome Look()
    {
        try
        {
            CheckReport report = _repository.Check();
            foreach ((string revision, byte[] content) in _versions)
            {
                try
                {
                    string path = TestRepository.Export(_repository.Folder,
                        new ExportRequest { Path = _repository.Files["out"], Format = "raw", Revision = revision, Overwrite = true });
                    Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(path)), "wrong bytes were exported");
                }
                catch (MigException)
                {
                    Assert.NotEmpty(report.Problems);
                }
            }

            return report.Problems.Count > 0 ? Outcome.Reported : report.Warnings.Count > 0 ? Outcome.Warned : Outcome.Clean;
        }
        catch (MigException)
        {
            return Outcome.Refused;
        }
    }
}
