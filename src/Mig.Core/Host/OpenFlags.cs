using System.Runtime.InteropServices;

namespace Mig.Core.Host;

/// <summary>The flags of open(2), on Linux with 64 bits. Four of them have other values on some processors.</summary>
/// <remarks>
/// Sources: the kernel's include/uapi/asm-generic/fcntl.h, and fcntl.h of arch/arm64, arch/arm and arch/powerpc below include/uapi/asm.
/// </remarks>
public sealed record OpenFlags
{
    public const int ReadOnly = 0; // O_RDONLY
    public const int WriteOnly = 0x1; // O_WRONLY
    public const int ReadWrite = 0x2; // O_RDWR
    public const int Create = 0x40; // O_CREAT
    public const int Exclusive = 0x80; // O_EXCL
    public const int NonBlocking = 0x800; // O_NONBLOCK: a FIFO that took a file's place keeps nobody waiting
    public const int CloseOnExec = 0x80000; // O_CLOEXEC
    public const int PathOnly = 0x200000; // O_PATH

    private static readonly OpenFlags s_generic =
        new() { OfDirectory = 0x10000, OfNoFollow = 0x20000, OfDirect = 0x4000, OfLargeFile = 0x8000 };
    private static readonly OpenFlags s_arm =
        new() { OfDirectory = 0x4000, OfNoFollow = 0x8000, OfDirect = 0x10000, OfLargeFile = 0x20000 };
    private static readonly OpenFlags s_power =
        new() { OfDirectory = 0x4000, OfNoFollow = 0x8000, OfDirect = 0x20000, OfLargeFile = 0x10000 };
    private static readonly OpenFlags s_current = Of(RuntimeInformation.ProcessArchitecture);

    private OpenFlags()
    {
    }

    /// <summary>O_DIRECTORY of this processor.</summary>
    public static int Directory => s_current.OfDirectory;

    /// <summary>O_NOFOLLOW of this processor.</summary>
    public static int NoFollow => s_current.OfNoFollow;

    public required int OfDirectory { get; init; }

    public required int OfNoFollow { get; init; }

    public required int OfDirect { get; init; }

    public required int OfLargeFile { get; init; }

    /// <summary>The flags of a kind of processor.</summary>
    public static OpenFlags Of(Architecture architecture) => architecture switch
    {
        Architecture.Arm64 or Architecture.Arm or Architecture.Armv6 => s_arm,
        Architecture.Ppc64le => s_power,
        _ => s_generic,
    };
}
