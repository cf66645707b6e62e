using System.Security.Cryptography;
using System.Text;
using Mig.History.Merging;
using Mig.Machines.Merging;
using Mig.Testing;
using Mig.Testing.FileSystems;
using Mig.Versions.Branches;
using Mig.Versions.Merging;

namespace Mig.Tests.Versions.Merging;

/// <summary>
/// A short table of what <c>eng/merges.sh</c> tries on a whole Debian: each pair of changes is merged in both directions, and the result is
/// the machine on which both were done by hand, or a conflict, and then that on which one side's decision was done.
/// </summary>
public sealed class MergeJudgeTests : IDisposable
{
    private readonly MergeBench _bench = new();
    private readonly DebianPackages _packages = new();
    private readonly TestFolder _machines = new();

    /// <summary>
    /// Two changes, and for a conflict what the machine is by the first one's decision, and by the second one's. Steps are apart by commas:
    /// "+" installs, "-" removes, "--" purges, others are for the shell.
    /// </summary>
    public static TheoryData<string, string, string?, string?> Pairs => new()
    {
        { "+one_1.9", "+one_1.10,--two", null, null },
        { "+one_1.1_amd64,+extra_1.0", "+two_1.1,+other_1.0", null, null },
        { "-two", "--two,+extra_1.0", null, null },
        { "--one,+extra_1.0", "+one_1.1,+other_1.0", "--one,+extra_1.0,+other_1.0", "+one_1.1,+extra_1.0,+other_1.0" },
        { "-one,+extra_1.0", "+one_1.1_amd64", "-one,+extra_1.0", "+one_1.1_amd64,+extra_1.0" },
        { "+extra_1.0,+needsextra_1.0", "--two,+extra_1.0", "+extra_1.0,+needsextra_1.0", "--two,+extra_1.0" },
        { "+sameone_1.0", "+sametwo_1.0,+extra_1.0", "+sameone_1.0,+extra_1.0", "+sametwo_1.0,+extra_1.0" },
        { "dpkg-divert --root=$PWD --rename --package extra --add /usr/lib/two/file2;echo new > usr/lib/two/file2", "+two_1.1", null,
            null },
        { "rm srv/a", "echo more >> srv/b", null, null },
        { "rm srv/c; mkdir -p srv/c/d; echo y > srv/c/d/y", "echo more >> srv/a", null, null },
        { "mv srv/a srv/z", "echo more >> srv/c", null, null },
        {
            "dpkg-divert --root=$PWD --rename --package extra --add /usr/lib/two/file1,dpkg-statoverride --root=$PWD --update --add root "
                + "root 4755 /usr/lib/one/file2",
            "dpkg-divert --root=$PWD --rename --package other --add /usr/lib/two/file2,dpkg-statoverride --root=$PWD --update --add root "
                + "root 2755 /usr/lib/one/file3", null, null
        },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void AMergeIsTheMachineOnWhichBothWereDone(string a, string b, string? byA, string? byB)
    {
        _bench.Begin(folder => Do(folder, "base"));
        _bench.Commit("a", "origin", "base", folder => Do(folder, a));
        _bench.Commit("b", "origin", "base", folder => Do(folder, b));
        foreach ((string here, string there, string? byUs, string? byThem) in ((string, string, string?, string?)[])[
            ("a", "b", byA, byB), ("b", "a", byB, byA)])
        {
            if (byUs is null || byThem is null)
            {
                Judge(here, there, null, [Hand(a, b), Hand(b, a)]);
                continue;
            }

            Start(here);
            Assert.Equal(MergeKind.Conflict, _bench.Merge(there).Kind);
            Judge(here, there, MergeSide.Ours, [Hand(byUs)]);
            Judge(here, there, MergeSide.Theirs, [Hand(byThem)]);
        }
    }

    // What the judge must notice, each in a machine that is right otherwise.
    [Theory]
    [InlineData("sed -i '/^Package: two$/,/^$/d' var/lib/dpkg/status")]
    [InlineData("rm var/lib/dpkg/info/one.list")]
    [InlineData("chmod 600 usr/lib/one/file1")]
    [InlineData("chown 7 usr/lib/one/file1")]
    [InlineData("cp usr/lib/one/hard x; mv x usr/lib/one/hard")]
    [InlineData("setfattr -n user.x -v y usr/lib/one/file1")]
    [InlineData("ln -sf /tmp lib2")]
    public void TheJudgeNoticesAnythingElse(string damage)
    {
        string right = Hand("+extra_1.0");
        string folder = NewMachine("+extra_1.0");
        Assert.Equal(right, Describe(folder));
        MergeTests.Shell(folder, damage);
        Assert.NotEqual(right, Describe(folder));
    }

    public void Dispose()
    {
        _bench.Dispose();
        _packages.Dispose();
        _machines.Dispose();
    }

    private void Start(string branch) => _bench.Do(repository =>
    {
        new BranchEditor(repository).Create("work", branch, force: true);
        new HeadMover(repository).SwitchTo("work");
    });

    private void Judge(string here, string there, MergeSide? favored, string[] hands)
    {
        _bench.SwitchTo(here);
        Start(here);
        MergeOutcome outcome = _bench.Merge(there, new MergeChoices { Favored = favored });
        Assert.True(outcome.Kind == MergeKind.Merged, string.Join('\n', outcome.Plan?.Conflicts ?? []));
        _bench.Look("work", folder =>
        {
            string merged = Describe(folder);
            Assert.True(hands.Contains(merged),
                $"{here} <- {there}, {favored}: {string.Join('\n', merged.Split('\n').Except(hands[0].Split('\n')))}\nby "
                + $"hand:\n{string.Join('\n', hands[0].Split('\n').Except(merged.Split('\n')))}");
            Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "--audit"));
            Assert.Equal("", Tool.Run("dpkg", "--root=" + folder, "-V"));
        });
        _bench.SwitchTo(here);
    }

    private string Hand(params string[] changes) => Describe(NewMachine(changes));

    private string NewMachine(params string[] changes)
    {
        string folder = _machines[Guid.NewGuid().ToString("N")];
        Tool.Run("cp", "-a", Base(), folder);
        foreach (string change in changes)
            Do(folder, change);
        return folder;
    }

    // What a disk begins with, as a folder.
    private string Base()
    {
        string folder = _machines["base"];
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(_bench.Test.Files["base"]))
            {
                using var mount = new LoopMount(_bench.Test.Files["base"], "ro");
                Tool.Run("cp", "-a", mount.Path + "/.", folder);
            }
            else
            {
                MergeTests.Shell(folder, "mkdir etc usr var");
                Do(folder, "base");
            }
        }

        return folder;
    }

    private void Do(string folder, string change)
    {
        if (change == "base")
        {
            DebianPackages.Begin(folder);
            _packages.Install(folder, "one_1.0", "two_1.0");
            MergeTests.Shell(folder, "mkdir -p srv; cd srv; echo one > a; ln a b; ln a c");
            return;
        }

        foreach (string step in change.Split(','))
        {
            if (step[0] == '+')
                _packages.Install(folder, step[1..]);
            else if (step[0] == '-')
                DebianPackages.Remove(folder, step[1] == '-' ? "-P" : "-r", step.TrimStart('-'));
            else
                MergeTests.Shell(folder, step);
        }
    }

    // Times, logs and copies from before are not the same on two machines with one history; the order of entries in tables says nothing.
    private static string Describe(string folder)
    {
        string list = Tool.Run("find", folder, "-mindepth", "1", "-not", "-path", "*/lost+found*", "-not", "-name", "*-old", "-not",
            "-path", "*/var/log*", "-not", "-name", "lock*", "-not", "-name", "Lock", "-printf", "%P|%y|%m|%U|%G|%l|%i|%n\n");
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new List<string>();
        foreach (string[] fields in list.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|'))
            .OrderBy(fields => fields[0], StringComparer.Ordinal))
        {
            string path = Path.Combine(folder, fields[0]);
            if (fields.Length != 8 || (fields[1] == "f" && !File.Exists(path)))
                continue; // a name with a line break or a bar, of which none is in question
            string content = fields[1] == "f" ? Content(fields[0], path) : "";
            string first = fields[1] == "f" ? names.TryGetValue(fields[6], out string? name) ? name : names[fields[6]] = fields[0] : "";
            lines.Add(string.Join('|', [.. fields[..6], first, content]));
        }

        lines.AddRange(Tool.Try("getfattr", "--absolute-names", "-R", "-h", "-d", "-m", "user", folder).Output.Replace(
            folder, "", StringComparison.Ordinal).Split("\n\n").Order(StringComparer.Ordinal));
        return string.Join('\n', lines);
    }

    private static string Content(string name, string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        string? separator = name switch { "var/lib/dpkg/status" => "\n\n", "var/lib/dpkg/statoverride" => "\n", _ => null };
        if (name == "var/lib/dpkg/diversions")
            return string.Join(' ', File.ReadAllLines(path).Chunk(3).Select(item => string.Join(' ', item)).Order(StringComparer.Ordinal));
        return separator is null
            ? Convert.ToHexString(SHA256.HashData(bytes))
            : string.Join(' ', Encoding.UTF8.GetString(bytes).Split(separator, StringSplitOptions.RemoveEmptyEntries)
                .Select(item => string.Join(';', item.Trim('\n').Split('\n').Order(StringComparer.Ordinal))).Order(StringComparer.Ordinal));
    }
}
