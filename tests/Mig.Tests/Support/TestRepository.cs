using Mig.Care.Checks;
using Mig.Core;
using Mig.Images.Export;
using Mig.Testing;
using Mig.Versions.Commits;

namespace Mig.Tests.Support;

/// <summary>A repository in a folder of its own, and a place for disks beside it.</summary>
internal sealed class TestRepository : IDisposable
{
    private const string FolderName = "repository";

    public TestRepository() => Repository.Initialize(Folder, isBare: true, Context);

    /// <summary>Where the disks of the test are.</summary>
    public TestFolder Files { get; } = new();

    public string Folder => Files[FolderName];

    /// <summary>The environment of commits, for this process and for others.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["MIG_AUTHOR_NAME"] = "A U Thor",
        ["MIG_AUTHOR_EMAIL"] = "author@example.com",
        ["MIG_AUTHOR_DATE"] = "1700000000 +0000",
        ["MIG_COMMITTER_NAME"] = "C O Mitter",
        ["MIG_COMMITTER_EMAIL"] = "committer@example.com",
        ["MIG_COMMITTER_DATE"] = "1700000000 +0000",
    };

    /// <summary>What the library is told about the world: nothing of the one who runs the test.</summary>
    public static RepositoryContext Context { get; } =
        RepositoryContext.Default with { Environment = name => Variables.GetValueOrDefault(name), Parallelism = 2 };

    public Repository Open() => Open(Folder);

    public static Repository Open(string folder) => Repository.Open(folder, Context);

    /// <summary>Commits disks that lie beside the repository, by name.</summary>
    public CommitResult Commit(params string[] disks) =>
        Commit(new CommitRequest { Disks = [.. disks.Select(disk => Files[disk])], Message = "a version" });

    public CommitResult Commit(CommitRequest request) => Commit(Folder, request);

    public static CommitResult Commit(string folder, CommitRequest request)
    {
        using Repository repository = Open(folder);
        return new ImageCommitter(repository).Commit(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Exports a disk and returns the path of the file.</summary>
    public string Export(string name, string? format = "raw", string revision = "HEAD", string? disk = null) =>
        Export(Folder, new ExportRequest { Path = Files[name], Format = format, Revision = revision, Disk = disk, Overwrite = true });

    public static string Export(string folder, ExportRequest request)
    {
        using Repository repository = Open(folder);
        new ImageExporter(repository).Export(request, TestContext.Current.CancellationToken);
        return request.Path;
    }

    public CheckReport Check(bool isQuick = false) => Check(Folder, isQuick);

    public static CheckReport Check(string folder, bool isQuick = false)
    {
        using Repository repository = Open(folder);
        return new RepositoryCheck(repository).Run(isQuick, NoProgress.Instance, TestContext.Current.CancellationToken);
    }

    /// <summary>Checks everything, and that there is nothing to report, warnings included.</summary>
    public void AssertClean()
    {
        CheckReport report = Check();
        Assert.Empty(report.Problems);
        Assert.Empty(report.Warnings);
        Assert.Equal(0, report.Unreachable);
    }

    /// <summary>Commits a disk and proves that it comes out again as it went in.</summary>
    public CommitResult AssertExact(string disk)
    {
        CommitResult result = Commit(disk);
        Judge.AssertSame(Files[disk], Export(disk + ".out"));
        return result;
    }

    public void Dispose() => Files.Dispose();
}
