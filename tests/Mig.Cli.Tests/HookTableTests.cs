using Mig.Cli.Tests.Support;

namespace Mig.Cli.Tests;

/// <summary>Which verb asks which hook: the table of docs/guide/hooks.md, held against each verb.</summary>
public sealed class HookTableTests
{
    // Hooks that write down their names, with the id where there is one. Verbs are called as m; what comes before is not seen by them.
    private const string Prelude = """
        set -eu
        mkdir counted
        for name in commit-msg pre-commit post-commit; do
            printf '#!/bin/sh\necho "%s $MIG_COMMIT" >> "%s/seen"\n' $name "$PWD" > counted/$name
            chmod 755 counted/$name
        done
        hooks=$PWD/counted
        m() { mig -q -c core.hooksPath="$hooks" "$@"; }
        : > seen
        """;

    private const string TwoOnSide = "mig -q branch a; mig -q mkdir -m one a:/one; mig -q mkdir -m two a:/two";
    private const string OneOnMain = "mig -q mkdir -m three HEAD:/three";

    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["commit"] = "m commit \"$disk\" -m again",
        ["commit --amend"] = "m commit --amend -m 'said better'",
        ["session commit"] = "mkdir -p layer/root; echo ls > layer/root/.bash_history; mig -q overlay HEAD layer; mig -q session start s; "
            + "mig -q session fork s t --seal; m session commit t -m sealed",
        ["put"] = "echo a > a; m put a HEAD:/etc/",
        ["edit"] = "EDITOR='sed -i s/web/www/' script -qefc \"'$program' -q -c 'core.hooksPath=$hooks' edit -m rename "
            + "HEAD:/etc/hostname\" /dev/null",
        ["rm"] = "m rm HEAD:/etc/hostname",
        ["mv"] = "m mv HEAD:/etc/hostname /etc/name",
        ["mkdir"] = "m mkdir HEAD:/new",
        ["ln"] = "m ln -s hostname HEAD:/etc/name",
        ["chmod"] = "m chmod 0600 HEAD:/etc/hostname",
        ["chown"] = "m chown 7:7 HEAD:/etc/hostname",
        ["touch"] = "m touch -d @1700000000 HEAD:/etc/hostname",
        ["setfattr"] = "m setfattr -n user.a -v b HEAD:/etc/hostname",
        ["apply"] = "echo 'rm /etc/hostname' > changes; m apply HEAD -f changes",
        ["overlay"] = "mkdir layer; echo a > layer/a; m overlay HEAD layer",
        ["seal"] = "mkdir -p layer/root; echo ls > layer/root/.bash_history; mig -q overlay HEAD layer; m seal",
        ["derive"] =
            "mkdir -p t/etc; printf '{{name}}\\n' > t/etc/hostname; printf 'name\\na\\nb\\n' > hosts.csv; m derive HEAD --hosts hosts.csv "
            + "--template t",
        ["remediate"] = "mig -q branch a; mig -q branch b; mig -q mkdir -m x b:/x; echo 'file /etc/hostname present mode 0600' > r; m "
            + "remediate --baseline ./r a b",
        ["status --live --commit"] = "mig extract -q HEAD:/ root; echo x > root/etc/hostname; m status --live ./root --commit; rm -r root",
        ["git import"] = "mig -q git export r.git; git clone -q r.git w; echo x > w/etc/hostname; git -C w -c user.name=a -c user.email=b "
            + "commit -q -a -m edit; git -C w push -q origin HEAD; m git import r.git",
        ["merge"] = $"{TwoOnSide}; {OneOnMain}; m merge a",
        ["merge --ff-only"] = $"{TwoOnSide}; m merge --ff-only a",
        ["pull"] = $"mig -q clone . c; {OneOnMain}; m -C c pull",
        ["cherry-pick"] = $"{TwoOnSide}; {OneOnMain}; m cherry-pick a~1 a",
        ["revert"] = $"{OneOnMain}; mig -q mkdir -m four HEAD:/four; m revert HEAD HEAD~1",
        ["rebase"] = $"{TwoOnSide}; {OneOnMain}; m rebase main a",
        ["build"] = "echo a > a; printf 'FROM main\\nCOPY a /a\\n' > Migfile; m build -b built",
        ["purge"] = "m purge --path etc/hostname",
    };

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (string[] cells in File.ReadLines(Testing.Checkout.PathOf("docs/guide/hooks.md"))
                .SkipWhile(static line => !line.StartsWith("| verb |", StringComparison.Ordinal)).Skip(2)
                    .TakeWhile(static line => line.StartsWith('|'))
                .Select(static line => line.Split('|', StringSplitOptions.TrimEntries)))
            {
                foreach (string verb in cells[1].Split(", "))
                    rows.Add(verb.Trim('`'), string.Join(' ', cells[2..5]));
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_verb_asks_the_hooks_that_the_table_names(string verb, string promised)
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Environment["disk"] = SampleDisks.One;
        workspace.Environment["program"] = Testing.BuiltProgram.Path;
        workspace.Shell($"{Prelude}\n{Scripts[verb]}").Ends(0);
        string[] seen = File.ReadAllLines(workspace["seen"]);
        Assert.Equal(promised, string.Join(' ', ((string[])["commit-msg", "pre-commit", "post-commit"])
            .Select(hook => seen.Count(line => line.StartsWith(hook + " ", StringComparison.Ordinal)) switch
        {
            0 => "no",
            1 => "yes",
            2 => "each",
            int other => $"{other} times",
        })));

        // Those who are asked about a version and those who are told of it hear of the same ones.
        Assert.Equal(Ids(seen, "pre-commit"), Ids(seen, "post-commit"));
        Assert.Equal(Ids(seen, "pre-commit").Length, Ids(seen, "pre-commit").Distinct().Count());
    }

    [Fact]
    public void The_table_names_each_verb_once() =>
        Assert.Equal(Scripts.Keys.Order(StringComparer.Ordinal), Rows.Select(static row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("commit")]
    [InlineData("derive")]
    [InlineData("rebase")]
    public void Who_goes_past_the_hooks_is_only_told_of_afterwards(string verb)
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Environment["disk"] = SampleDisks.One;
        workspace.Shell($"{Prelude}\n{Scripts[verb].Replace($"m {verb}", $"m {verb} --no-verify", StringComparison.Ordinal)}").Ends(0);
        Assert.All(File.ReadAllLines(workspace["seen"]), static line => Assert.StartsWith("post-commit ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_rebase_that_a_hook_refuses_moves_no_branch()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell(
            $"set -eu; {TwoOnSide}; {OneOnMain}; printf '#!/bin/sh\\n! mig ls \"$MIG_COMMIT:/\" | grep -q two\\n' > "
            + ".mig/hooks/pre-commit; chmod 755 .mig/hooks/pre-commit").Ends(0);
        string before = workspace.Ok("rev-parse", "a");
        workspace.Environment["PATH"] = $"{workspace.MakeProgram()}:{Environment.GetEnvironmentVariable("PATH")}";
        workspace.Mig("rebase", "main", "a").Ends(1, "hook pre-commit refused");
        Assert.Equal(before, workspace.Ok("rev-parse", "a"));
        workspace.Mig("rebase", "--no-verify", "main", "a").Ends(0);
        Assert.NotEqual(before, workspace.Ok("rev-parse", "a"));
    }

    private static string[] Ids(string[] seen, string hook) =>
        [.. seen.Where(line => line.StartsWith(hook + " ", StringComparison.Ordinal)).Select(line => line[(hook.Length + 1)..])];
}
