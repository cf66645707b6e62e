using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>
/// What these tests ask of the reference tools beside <see cref="FatTools"/>: also on volumes that are smaller than mtools and fsck.fat
/// expect.
/// </summary>
internal static class FatImages
{
    /// <summary>Makes a volume that holds what a folder holds.</summary>
    public static void MakeFromFolder(string image, int kibibytes, string options, string folder)
    {
        FatTools.Make(image, kibibytes, options);
        RunMtools(image, "cd \"$1\"; mcopy -i \"$i\" -s -m -Q * ::", folder);
    }

    /// <summary>Runs a script with mtools; the image is <c>$i</c>, and names are UTF-8.</summary>
    public static string RunMtools(string image, string script, params string[] arguments) =>
        Tool.RunScript("export LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1 TZ=UTC; i=$1; shift; " + script, [image, .. arguments]);

    /// <summary>Copies all files out with mtools.</summary>
    public static void CopyOut(string image, string folder)
    {
        Directory.CreateDirectory(folder);
        RunMtools(image, "if mdir -a -b -i \"$i\" ::/ 2>/dev/null | grep -q .; then mcopy -i \"$i\" -s -m -n -Q '::*' \"$1\"; fi", folder);
    }

    /// <summary>Returns what fsck.fat has to say; null when it finds nothing.</summary>
    public static string? FindComplaint(string image)
    {
        (int code, string output) = Mig.Testing.Tool.Try("fsck.fat", "-n", image);

        // Its name and a summary; and it warns of a FAT32 that is as small as our tests need it.
        int lines = output.Trim().Split('\n').Length - (output.Contains("Warning: Filesystem is FAT32", StringComparison.Ordinal) ? 3 : 0);
        return code == 0 && lines == 2 ? null : output;
    }
}
