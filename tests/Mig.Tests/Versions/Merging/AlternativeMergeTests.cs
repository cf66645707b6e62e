using System.Text;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>Groups of update-alternatives, merged and compared with a machine on which update-alternatives did both.</summary>
public sealed class AlternativeMergeTests : IDisposable
{
    private const string Nano = "--install /usr/bin/editor editor /bin/nano 40 --slave /usr/share/man/editor.1 editor.1 /usr/share/nano.1";
    private const string Vim = "--install /usr/bin/editor editor /bin/vim 50 --slave /usr/share/man/editor.1 editor.1 /usr/share/vim.1";
    private const string Ed = "--install /usr/bin/editor editor /bin/ed -100";

    private static readonly string[] Places =
        ["var/lib/dpkg/alternatives/editor", "etc/alternatives/editor", "etc/alternatives/editor.1", "usr/bin/editor",
            "usr/share/man/editor.1"];

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
            MergeTests.Shell(
                folder, "mkdir -p bin usr/bin usr/share/man etc/alternatives var/lib/dpkg/alternatives; for i in nano vim ed; do echo $i "
                + "> bin/$i; echo $i > usr/share/$i.1; done; rm usr/share/ed.1");
            Update(folder, Nano);
        });
        _bench.Commit("left", "main", "base", folder => Update(folder, left));
        _bench.Commit("right", "main", "base", folder => Update(folder, right));
        _bench.Change("left", "expected", folder => Update(folder, right));
        string expected = "";
        using (var mount = new Testing.FileSystems.LoopMount(_bench.Test.Files["expected"], "ro"))
            expected = State(mount.Path);
        Assert.Equal(expected, Merge("left", "right"));
        Assert.Equal(expected, Merge("right", "left"));
    }

    public void Dispose() => _bench.Dispose();

    private static void Update(string folder, string commands) =>
        MergeTests.Shell(folder, $"U() {{ update-alternatives --quiet --log /dev/null --root \"$PWD\" \"$@\"; }}; U {commands}");

    // The group's file, and where its links lead.
    private static string State(string folder) => Join(path =>
    {
        var file = new FileInfo(Path.Combine(folder, path));
        return file.LinkTarget ?? (file.Exists ? File.ReadAllText(file.FullName) : null);
    });

    // The same of a merge that is not stored.
    private string Merge(string ours, string theirs)
    {
        string state = "";
        _bench.Do(repository =>
        {
            MergePlan plan = new Merger(repository).Preview(ours, theirs, MergeChoices.None);
            Assert.False(plan.HasConflicts, string.Join('\n', plan.Pictures));
            VolumeMerge volume = Assert.Single(plan.Volumes);
            state = Join(path =>
            {
                byte[] bytes = Encoding.UTF8.GetBytes(path);
                MergeOperation? operation = volume.Result.Operations.FirstOrDefault(item => item.Path.Span.SequenceEqual(bytes));
                TreeEntry? entry = operation is null ? TreeLookup.Find(repository.Store, volume.Volume.Root!, bytes) : operation.After;
                return entry is null ? null : entry.Type == TreeEntryType.SymbolicLink ? Encoding.UTF8.GetString(entry.LinkTarget.Span)
                    : Encoding.UTF8.GetString(plan.Contents!.Read(entry, path, 1 << 20));
            });
        });
        return state;
    }

    private static string Join(Func<string, string?> read) => string.Concat(Places.Select(path => $"{path}: {read(path) ?? "nothing"}\n"));
}
