using System.Runtime.InteropServices;
using Mig.Core.Host;
using Mig.Testing;

namespace Mig.Core.Tests.Host;

/// <summary>The flags of open(2) against the values of the kernel's headers, and against this machine.</summary>
public class OpenFlagsTests
{
    [Theory]
    [InlineData(Architecture.X64, 0x10000, 0x20000, 0x4000, 0x8000)] // asm-generic/fcntl.h: 00200000, 00400000, 00040000, 00100000
    // arch/arm64/include/uapi/asm/fcntl.h: 040000, 0100000, 0200000, 0400000
    [InlineData(Architecture.Arm64, 0x4000, 0x8000, 0x10000, 0x20000)]
    // arch/powerpc/include/uapi/asm/fcntl.h: 040000, 0100000, 0400000, 0200000
    [InlineData(Architecture.Ppc64le, 0x4000, 0x8000, 0x20000, 0x10000)]
    [InlineData(Architecture.S390x, 0x10000, 0x20000, 0x4000, 0x8000)]
    [InlineData(Architecture.RiscV64, 0x10000, 0x20000, 0x4000, 0x8000)]
    public void EachProcessorHasItsOwnValues(Architecture architecture, int directory, int noFollow, int direct, int largeFile)
    {
        OpenFlags flags = OpenFlags.Of(architecture);
        Assert.Equal((directory, noFollow, direct, largeFile), (flags.OfDirectory, flags.OfNoFollow, flags.OfDirect, flags.OfLargeFile));
    }

    [Fact]
    public void ThisMachineAgrees()
    {
        // Python knows the headers that it was built with.
        string[] values = Tool.Run("python3", "-c",
            "import os; print(os.O_DIRECTORY, os.O_NOFOLLOW, os.O_CLOEXEC, os.O_NONBLOCK, os.O_CREAT, os.O_EXCL, os.O_PATH, os.O_DIRECT)")
            .Split();
        int[] ours =
        [
            OpenFlags.Directory, OpenFlags.NoFollow, OpenFlags.CloseOnExec, OpenFlags.NonBlocking, OpenFlags.Create, OpenFlags.Exclusive,
                OpenFlags.PathOnly,
            OpenFlags.Of(RuntimeInformation.ProcessArchitecture).OfDirect,
        ];
        Assert.Equal(ours.Select(flag => flag.ToString(System.Globalization.CultureInfo.InvariantCulture)), values[..ours.Length]);
    }

    [Fact]
    public void TheFlagsDoWhatTheyAreFor()
    {
        using var folder = new TestFolder();
        File.CreateSymbolicLink(folder["link"], folder.Write("file", "text"));
        Tool.Run("mkfifo", folder["fifo"]);
        LibC.OpenUnlocked(folder["file"]).Dispose();
        Assert.Contains("symbolic link", Assert.Throws<IOException>(() => LibC.OpenUnlocked(folder["link"])).Message,
            StringComparison.Ordinal);
        Assert.Contains("not a file", Assert.Throws<IOException>(() => LibC.OpenUnlocked(folder["fifo"])).Message,
            StringComparison.Ordinal);
        Assert.Contains("not a file", Assert.Throws<IOException>(() => LibC.OpenUnlocked(folder.Path)).Message, StringComparison.Ordinal);
        LibC.SyncDirectory(folder.Path);
        Assert.Throws<IOException>(() => LibC.SyncDirectory(folder["file"]));
    }
}
