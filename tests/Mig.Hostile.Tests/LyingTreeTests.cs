using Mig.Care.Checks;
using Mig.Core;
using Mig.Exchange.Serving;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Addresses;
using static Mig.Hostile.Tests.LyingRepository;

namespace Mig.Hostile.Tests;

/// <summary>
/// Objects that have the hashes they are named by, and lie all the same: nobody takes them in, and where they are, fsck names them.
/// </summary>
public sealed class LyingTreeTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestRepository _attacker = new();

    public static TheoryData<string> AllLies => [.. Lies.All.Keys];

    [Theory]
    [MemberData(nameof(AllLies))]
    public void NobodyTakesThemIn(string name)
    {
        Lie lie = Lies.All[name];
        lie.AddBranch(_attacker.Folder, "lie");
        string target = Empty("target"), fetcher = Empty("fetcher");

        // What the first push or fetch left behind must not open the door to a second one.
        for (int i = 0; i < 2; i++)
        {
            Assert.Contains(lie.ReceivedCode, HostilePusher.Push(_attacker.Folder, "lie", target, "ci"), StringComparison.Ordinal);
            AssertEmpty(target);
            RemoteException refused = Assert.Throws<RemoteException>(() => Fetch(fetcher, "lie"));
            Assert.Contains(lie.ReceivedCode, refused.Message, StringComparison.Ordinal);
            AssertEmpty(fetcher);
        }
    }

    [Theory]
    [MemberData(nameof(AllLies))]
    public void FsckNamesThem(string name)
    {
        Lie lie = Lies.All[name];
        lie.AddBranch(_attacker.Folder, "lie");
        IReadOnlyList<CheckProblem> problems = _attacker.Check(isQuick: true).Problems;
        Assert.Contains(problems, problem => problem.Code == lie.Code);
        Assert.InRange(problems.Count, 1, 3);
    }

    [Fact]
    public void ProgramsSayNoToo()
    {
        Lies.All["a link to itself"].AddBranch(_attacker.Folder, "lie");
        (int exitCode, string output) = Mig("--repo", _attacker.Folder, "fsck");
        Assert.Equal(22, exitCode);
        Assert.Contains("OBJ-008", output, StringComparison.Ordinal);
        Assert.DoesNotContain("intact", output, StringComparison.Ordinal);

        string target = Empty("target");
        (exitCode, output) = Mig("--repo", _attacker.Folder, "push", target, "lie:ci");
        Assert.Equal(23, exitCode);
        Assert.Contains("OBJ-008", output, StringComparison.Ordinal);
        (exitCode, output) = Mig("clone", _attacker.Folder, _folder["copy"]);
        Assert.Equal(23, exitCode);
        Assert.Contains("OBJ-008", output, StringComparison.Ordinal);
        Assert.False(System.IO.Directory.Exists(_folder["copy"]));
        AssertEmpty(target);
    }

    [Fact]
    public void SoundOnesPass()
    {
        AddBranch(_attacker.Folder, "sound", Sound);
        string target = Empty("target"), fetcher = Empty("fetcher");
        Assert.Null(HostilePusher.Push(_attacker.Folder, "sound", target, "ci"));
        Fetch(fetcher, "sound");
        Assert.Equal(0, Mig("--repo", _attacker.Folder, "push", "-q", target, "sound:ci2").ExitCode);
        foreach (string folder in (string[])[_attacker.Folder, target, fetcher])
            Assert.Empty(TestRepository.Check(folder, isQuick: true).Problems);
    }

    public void Dispose()
    {
        _attacker.Dispose();
        _folder.Dispose();
    }

    // All that the lies bend, as it should be: links, deep directories, parts, equal directories.
    private static TreeId Sound(Store.ObjectWriter writer) => Directory(
        writer,
        File(writer, "..."),
        File(writer, "a"),
        HardLink("b", "/a"),
        HardLink("c", "/e/1/2/3/4/leaf"),
        Folder("d", Chain(writer, 4000)),
        Folder("e", Bomb(writer, 4)),
        Folder("f", Inner(writer, 1, ("a", Directory(writer, File(writer, "a"))), ("b", Directory(writer, File(writer, "b"))))),
        SymbolicLink("g", "../../.."),
        File(writer, new string('n', 765)));

    private static (int ExitCode, string Output) Mig(params string[] arguments) =>
        MigProgram.Finish(MigProgram.Start(["timeout", "120"], arguments));

    private void Fetch(string folder, string branch)
    {
        using RemoteRepository remote = RemoteRepository.Open(RemoteAddress.Parse(_attacker.Folder, "/"),
            new RemoteOptions { ServeFolder = path => ServedRepository.Open(path, TestRepository.Context) });
        using Repository repository = TestRepository.Open(folder);
        ObjectId want = remote.ListRefs().Refs.Single(item => item.Name == RefName.Branch(branch)).Id;
        remote.Fetch(repository.Store, repository.StoreOptions, new FetchRequest { Wants = [want] }, TestContext.Current.CancellationToken);
    }

    private string Empty(string name)
    {
        Repository.Initialize(_folder[name], isBare: true, TestRepository.Context);

        // Whether disks hold what manifests say is another gate, behind this one.
        System.IO.File.AppendAllText(_folder[$"{name}/config"], "[receive]\n\tfsckObjects = false\n");
        return _folder[name];
    }

    private static void AssertEmpty(string folder)
    {
        using Repository repository = TestRepository.Open(folder);
        Assert.Empty(repository.Refs.List());
        Assert.Empty(TestRepository.Check(folder).Problems);
    }
}
