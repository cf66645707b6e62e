using Mig.Cli.Tests.Support;
using Mig.Testing;

namespace Mig.Cli.Tests;

/// <summary><c>core.zstd</c>: which zstd is used, what it makes no difference to, and what happens where the system has none.</summary>
public sealed class ZstdTests
{
    // Hides the system's libzstd from what runs in it.
    private const string WithoutLibrary = """
        unshare --mount --propagation private bash -euc '
          for file in $(ldconfig -p | awk "/libzstd.so/ { print \$NF }"); do mount --bind /dev/null "$(readlink -f "$file")"; done
          exec "$@"' script
        """;

    [Fact]
    public void The_setting_chooses_and_the_version_says()
    {
        using var workspace = new Workspace();
        workspace.Ok("init");
        Assert.Matches(@"(?m)^zstd: libzstd 1\.\d+\.\d+ of the system$", workspace.Ok("version", "--build"));
        workspace.Ok("config", "core.zstd", "managed");
        Assert.Contains("\nzstd: ZstdSharp, a managed zstd 1.", workspace.Ok("version", "--build"), StringComparison.Ordinal);
        Assert.StartsWith("ZstdSharp", workspace.Mig("version", "--json").Json.GetProperty("zstd").GetString(), StringComparison.Ordinal);
        workspace.Environment["MIG_ZSTD"] = "native";
        Assert.Contains("\nzstd: libzstd ", workspace.Ok("version", "--build"), StringComparison.Ordinal);
        workspace.Environment["MIG_ZSTD"] = "fast";
        workspace.Mig("version", "--build").Ends(2, "MIG_ZSTD is auto, native or managed, not 'fast'");
    }

    [Theory]
    [InlineData("native", "managed")]
    [InlineData("managed", "native")]
    public void A_repository_is_read_by_either(string writer, string reader)
    {
        using var workspace = new Workspace();
        workspace.Ok("init");
        workspace.Ok("-c", $"core.zstd={writer}", "commit", SampleDisks.Data, "-m", "one");
        string setting = $"core.zstd={reader}";
        workspace.Ok("-c", setting, "fsck");
        workspace.Ok("-c", setting, "checkout", "--export", "out.img");
        Tool.Run("cmp", workspace["out.img"], SampleDisks.Data);
    }

    [Fact]
    public void A_machine_without_the_library_needs_none()
    {
        using var workspace = new Workspace();
        workspace.Ok("init");
        string mig = $"{WithoutLibrary} '{BuiltProgram.Path}'";
        Outcome version = workspace.Shell($"{mig} version --build").Ends(0);
        Assert.Contains("\nzstd: ZstdSharp, ", version.Output, StringComparison.Ordinal);
        workspace.Shell($"{mig} commit '{SampleDisks.Data}' -m one && {mig} checkout --export out.img").Ends(0);
        Tool.Run("cmp", workspace["out.img"], SampleDisks.Data);
        workspace.Shell($"{mig} -c core.zstd=native fsck").Ends(2, "install it (package libzstd1), or set core.zstd to auto or managed");
    }
}
