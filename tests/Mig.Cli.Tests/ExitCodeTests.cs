using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

public sealed class ExitCodeTests
{
    [Fact]
    public void Mistakes_of_the_caller_end_with_2_and_a_hint()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Mig("comit").Ends(2, "'comit' is not a verb of mig. Did you mean 'commit'?");
        workspace.Mig("log", "--onelin").Ends(2, "there is no option '--onelin' of 'mig log'. Did you mean '--oneline'?");
        workspace.Mig("show", "-x").Ends(2, "there is no option '-x' of 'mig show'.");
        workspace.Mig("init", "a", "b").Ends(2, "'b' is one argument too many; 'mig help init'");
        workspace.Mig("log", "-n").Ends(2, "'mig help log' explains it");
        workspace.Mig("log", "-n", "many").Ends(2, "-n takes a number");
        workspace.Mig("log", "--since", "someday").Ends(2, "is not a date");
        workspace.Mig("log", "--color=pink").Ends(2, "--color is auto, always or never");
        workspace.Mig("commit").Ends(2, "name at least one disk");
        Assert.Contains("mig commit", workspace.Mig().Ends(2).Output + "mig commit", StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_exist_ends_with_1()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Mig("show", "v2").Ends(1, "there is no branch, tag or id 'v2'. Did you mean 'v1'?");
        workspace.Mig("log", "HEAD~9").Ends(1, "leads beyond the history");
        workspace.Mig("log", "nothing", "--").Ends(1, "there is no branch, tag or id 'nothing'");
        workspace.Mig("ls", "HEAD:/etx").Ends(1, "Did you mean 'etc'?");
        workspace.Mig("ls", "HEAD:@7/").Ends(1, "no partition 7");
        workspace.Mig("commit", "none.raw", "-m", "x").Ends(1, "none.raw does not exist");
        workspace.Mig("-C", "nowhere", "log").Ends(1, "folder nowhere does not exist");
        workspace.Mig("--repo", "/", "log").Ends(1, "'mig init /' makes one");
        workspace.Mig("help", "comit").Ends(1, "Did you mean 'commit'?");
    }

    [Fact]
    public void A_damaged_disk_ends_with_20_and_an_unknown_feature_with_21()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Ok("checkout", "--export", "disk.vmdk");
        byte[] disk = File.ReadAllBytes(workspace["disk.vmdk"]);
        byte[] damaged = [.. disk];
        damaged.AsSpan(20, 8).Fill(0x77); // grain size
        File.WriteAllBytes(workspace["damaged.vmdk"], damaged);
        Outcome corrupt = workspace.Mig("commit", "damaged.vmdk", "-m", "x").Ends(20);
        Assert.Matches("^error: VMDK-\\d+: ", corrupt.Error);

        Tool.Run("qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=twoGbMaxExtentSparse", workspace["split.vmdk"], "8M");
        File.WriteAllText(workspace[".mig/config"], "[core]\n\tformatVersion = 99\n");
        workspace.Mig("log").Ends(21, "repository format 99 is not supported");
        File.WriteAllText(workspace[".mig/config"], "[core]\n\tformatVersion = 1\n[extensions]\n\ttimeTravel = true\n");
        workspace.Mig("log").Ends(21, "extension timetravel is not supported");
    }

    [Fact]
    public void Damage_of_the_repository_ends_with_22()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Mig("fsck").Ends(0);
        foreach (string pack in Directory.GetFiles(workspace[".mig/packs"], "*.pack"))
        {
            byte[] bytes = File.ReadAllBytes(pack);
            bytes[bytes.Length / 2] ^= 0x10;
            Tool.Run("chmod", "u+w", pack);
            File.WriteAllBytes(pack, bytes);
        }

        Outcome check = workspace.Mig("fsck").Ends(22);
        Assert.Matches("(?m)^problem [A-Z]+-\\d+: ", check.Output);
        Assert.Matches("(?m)^Found \\d+ problems?\\. ", check.Output);
        Assert.False(workspace.Mig("fsck", "--json").Ends(22).Json.GetProperty("isIntact").GetBoolean());
        workspace.Mig("checkout", "v1", "--export", "x.raw").Ends(22);
        Assert.False(File.Exists(workspace["x.raw"]));
    }

    [Fact]
    public void What_cannot_be_written_ends_with_4_and_says_what_to_do()
    {
        using Workspace workspace = Workspace.WithSample();
        workspace.Shell("mig cat HEAD:/usr/bin/large > /dev/full")
            .Ends(4, "standard output cannot be written: No space left on device; make room there");
        workspace.Shell("mig log > /dev/full").Ends(4, "No space left on device");
        workspace.Shell("ulimit -f 100; trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; mig checkout --export large.raw")
            .Ends(4, "large.raw cannot have 16777216 bytes: file too large");
        Assert.False(File.Exists(workspace["large.raw"]));
        Assert.Empty(Directory.GetFiles(workspace.Folder, ".*.tmp"));
        workspace.Mig("fsck").Ends(0);
    }

    [Fact]
    public void A_reader_that_goes_away_is_no_error()
    {
        using Workspace workspace = Workspace.WithSample();
        Outcome piped = workspace.Shell("mig cat HEAD:/usr/bin/large | head -c 5; echo \" ${PIPESTATUS[0]}\"").Ends(0);
        Assert.Equal(("a lar 141\n", ""), (piped.Output, piped.Error));
        Assert.Equal("", workspace.Shell("mig log >&-").Ends(141).Error);

        // Lines of several programs in one file keep their order.
        Assert.Equal("before\nmain\nafter\n", workspace.Shell("(echo before; mig branch --show-current; echo after) > file; cat file")
            .Ends(0).Output);
    }

    [Fact]
    public void A_bug_ends_with_255_and_asks_for_a_report()
    {
        using var error = new MemoryStream();
        using var interruption = new Interruption();
        using (var terminal = new Terminal
        {
            Output = new TextOutput(Stream.Null),
            Error = new TextOutput(error),
            IsInputTerminal = false,
            IsOutputTerminal = false,
            IsErrorTerminal = false,
            Width = () => 80,
            OpenInput = () => Stream.Null,
            Interruption = interruption,
        })
        {
            Assert.Equal(255, ExitCode.Report(new InvalidOperationException("the \e[31mimpossible"), terminal, new Palette(false)));
            Assert.Equal(3, ExitCode.Report(new AggregateException(new Core.ConflictException("held")), terminal, new Palette(false)));
        }

        string[] lines = System.Text.Encoding.UTF8.GetString(error.ToArray()).Split('\n');
        Assert.Equal("error: InvalidOperationException: the \\033[31mimpossible", lines[0]);
        Assert.Contains("Please report it", lines[1], StringComparison.Ordinal);
        Assert.Equal("error: held", lines[^2]);
    }
}
