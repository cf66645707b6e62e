using Mig.Testing;

namespace Mig.Tests.Support;

/// <summary>The tools that decide whether two disks are the same.</summary>
internal static class Judge
{
    public static void AssertSame(string expected, string actual)
    {
        (int exitCode, string output) = Compare(expected, actual);
        Assert.True(exitCode == 0, output);
        Assert.Equal(Sha256(expected), Sha256(actual));
    }

    public static (int ExitCode, string Output) Compare(string left, string right) => Tool.Try("cmp", left, right);

    public static string Sha256(string path) => Tool.Run("sha256sum", path).Split(' ')[0].TrimStart('\\');

    public static void AssertSameDisk(string raw, string vmdk)
    {
        (int exitCode, string output) = CompareDisks(raw, vmdk);
        Assert.True(exitCode == 0, output);
        Assert.Contains($"\"virtual-size\": {new FileInfo(raw).Length},", Tool.Run("qemu-img", "info", "--output=json", "-f", "vmdk", vmdk),
            StringComparison.Ordinal);
    }

    public static (int ExitCode, string Output) CompareDisks(string raw, string vmdk) =>
        Tool.Try("qemu-img", "compare", "-f", "raw", "-F", "vmdk", raw, vmdk);
}
