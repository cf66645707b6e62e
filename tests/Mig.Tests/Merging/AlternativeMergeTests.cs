using Mig.Merging;
using Tool = Mig.Testing.Tool;

namespace Mig.Tests.Merging;

/// <summary>Groups of update-alternatives, merged and compared with a machine on which update-alternatives did both.</summary>
public sealed class AlternativeMergeTests : IDisposable
{
    private const string Nano = "--install /usr/bin/editor editor /bin/nano 40 --slave /usr/share/man/editor.1 editor.1 /usr/share/nano.1";
    private const string Vim = "--install /usr/bin/editor editor /bin/vim 50 --slave /usr/share/man/editor.1 editor.1 /usr/share/vim.1";
    private const string Ed = "--install /usr/bin/editor editor /bin/ed -100";

    private readonly MergeBench _bench = new();

    [Theory]
    [InlineData(Vim, Ed)]
    [InlineData(Vim, "--set editor /bin/nano")]
    [InlineData(Ed, "--remove editor /bin/nano")]
    [InlineData(Vim, "--remove editor /bin/nano")]
    [InlineData(Ed + "; U --set editor /bin/ed", Vim)]
    public void TheResultIsThatOfOneMachine(string left, string right)
    {
        _bench.Begin(folder =>
        {
            MergeTests.Shell(folder, "mkdir -p bin usr/bin usr/share/man etc/alternatives var/lib/dpkg/alternatives; for i in nano vim ed; do echo $i > bin/$i; echo $i > usr/share/$i.1; done; rm usr/share/ed.1");
            Update(folder, Nano);
        });
        _bench.Commit("left", "main", "base", folder => Update(folder, left));
        _bench.Commit("right", "main", "base", folder => Update(folder, right));
        _bench.Change("left", "expected", folder => Update(folder, right));
        string expected = "";
        using (var mount = new Testing.FileSystems.LoopMount(_bench.Test.Files["expected"], "ro"))
            expected = State(mount.Path);
        foreach ((string ours, string theirs) in ((string, string)[])[("left", "right"), ("right", "left")])
        {
            _bench.Do(repository => new Branches.BranchEditor(repository).Create("merged", ours, force: true));
            _bench.SwitchTo("merged");
            MergeOutcome outcome = _bench.Merge(theirs);
            Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan!.Pictures));
            _bench.Look("merged", folder => Assert.Equal(expected, State(folder)));
            _bench.SwitchTo("main");
        }
    }

    public void Dispose() => _bench.Dispose();

    private static void Update(string folder, string commands) =>
        MergeTests.Shell(folder, $"U() {{ update-alternatives --quiet --log /dev/null --root \"$PWD\" \"$@\"; }}; U {commands}");

    private static string State(string folder) =>
        File.ReadAllText(folder + "/var/lib/dpkg/alternatives/editor") + Tool.Run("find", folder + "/etc/alternatives", folder + "/usr/bin", folder + "/usr/share/man", "-type", "l", "-printf", "%P %l\n")
            .Split('\n').Order(StringComparer.Ordinal).Aggregate("", (all, line) => all + line + "\n");
}
