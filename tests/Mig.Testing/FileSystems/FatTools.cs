namespace Mig.Testing.FileSystems;

/// <summary>The reference tools for FAT, which need no mount: dosfstools make and judge volumes, mtools change and read them.</summary>
public static class FatTools
{
    /// <summary>Makes an empty volume.</summary>
    /// <param name="kibibytes">Its length.</param>
    /// <param name="options">As <c>mkfs.fat</c> takes them, separated by spaces.</param>
    public static void Make(string image, int kibibytes, string options)
    {
        File.Delete(image);
        Tool.Read("mkfs.fat", [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-i", "1234ABCD", "--invariant", "-C", image,
            $"{kibibytes}"]);
    }

    /// <summary>Makes a volume with something in it.</summary>
    /// <param name="fill">A script of mtools; see <see cref="Run"/>.</param>
    /// <inheritdoc cref="Make(string, int, string)"/>
    public static void Make(string image, int kibibytes, string options, string fill, params string[] arguments)
    {
        Make(image, kibibytes, options);
        Run(image, fill, arguments);
    }

    /// <summary>Runs a script with mtools, which work on the volume without being told so; names are UTF-8, times UTC.</summary>
    /// <param name="arguments">Become <c>$1</c> and so on.</param>
    public static string Run(string image, string script, params string[] arguments) => Tool.RunScript(
        """
        export LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1 TZ=UTC MTOOLSRC="$1.mtoolsrc"; script=$2
        printf 'drive c: file="%s"\n' "$1" > "$MTOOLSRC"; trap 'rm "$MTOOLSRC"' EXIT
        shift 2; eval "$script"
        """,
        [image, script, .. arguments]);

    /// <summary>Returns what mtools see: all names as they are spelt, sizes, attributes, and the SHA-256 of all contents.</summary>
    /// <param name="withTimes">Whether times of files are looked at.</param>
    public static string List(string image, bool withTimes = false)
    {
        using var folder = new TemporaryFolder();
        return Run(
            image,
            """
            test -z "$(mdir -b c:/)" || mcopy -s -m -n -Q 'c:/*' "$1"; cd "$1"
            find . -mindepth 1 -type d -printf '%P|d\n' -o -type f -printf "%P|f|%s$2\n" | sort; find . -type f -print0 | sort -z | xargs -0r sha256sum
            mattrib -/ c:/ | sort -k1.14
            """,
            folder.Path,
            withTimes ? "|%T@" : "");
    }

    /// <summary>Returns what fsck.fat has to say; null when it finds nothing.</summary>
    public static string? FindComplaint(string image)
    {
        (int code, string output) = Mig.Testing.Tool.Try("fsck.fat", "-n", image);
        int lines = output.Trim().Split('\n').Length; // its name, and a summary
        return code == 0 && lines == 2 ? null : output;
    }
}
