using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>Makes file systems with the reference tools.</summary>
internal static class ExtImages
{
    /// <summary>The flags that the kernel's call shows and that a user sets.</summary>
    public const uint VisibleAttributes = 0x6293C8FF;

    /// <summary>Makes an empty file system.</summary>
    /// <param name="options">As <c>mke2fs</c> takes them, separated by spaces.</param>
    public static void Make(string image, string size, string options) => Tool.Read("mke2fs", ["-F", "-q", .. Split(options), image, size]);

    /// <summary>Makes a file system and fills it through the kernel.</summary>
    public static void MakeMounted(string image, string size, string options, string mountOptions, int bigCount)
    {
        Make(image, size, options);
        using var mount = new LoopMount(image, mountOptions);
        SampleTree.Fill(mount.Path, bigCount, isMounted: true);
    }

    /// <summary>Makes a file system that the kernel of the host may not be able to mount, from a folder.</summary>
    public static void MakeFromFolder(string image, string size, string options, string folder) =>
        Tool.Read("mke2fs", ["-F", "-q", .. Split(options), "-d", folder, image, size]);

    /// <summary>Copies all files out with debugfs.</summary>
    public static void CopyOut(string image, string folder) => Tool.Read("debugfs", "-R", $"rdump / {folder}", image);

    /// <summary>Returns what e2fsck has to say; null when it finds nothing.</summary>
    public static string? FindComplaint(string image)
    {
        (int code, string output) = Mig.Testing.Tool.Try("e2fsck", "-fn", image);
        return code == 0 && !output.Contains("? no", StringComparison.Ordinal) ? null : output;
    }

    private static string[] Split(string options) => options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
