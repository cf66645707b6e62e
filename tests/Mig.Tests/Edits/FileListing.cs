using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>What find, sha256sum and getfattr say of all files below a folder: the judge of two trees.</summary>
internal static class FileListing
{
    private const string Script = """
        set -eu
        cd "$1"
        find . -name lost+found -prune -o -printf '%P|%y|%m|%U|%G|%l|' \( -type d -printf '\n' -o -type f -printf '%n|%s\n' -o -printf '%n\n' \) | LC_ALL=C sort
        find . -name lost+found -prune -o \( -type b -o -type c \) -exec stat -c '%n %t:%T' {} + | LC_ALL=C sort
        find . -name lost+found -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
        find . -name lost+found -prune -o -print0 | LC_ALL=C sort -z | xargs -0r getfattr -dhm '^(user|security|system|trusted\.[^o])' -e hex -P 2>/dev/null
        """;

    /// <param name="withTimes">Whether times of modification are looked at, to the nanosecond.</param>
    public static string Of(string folder, bool withTimes = false)
    {
        string listing = Tool.Run("bash", "-c", Script, "listing", folder);
        return withTimes ? listing + Tool.Run(
            "bash", "-c", "cd \"$1\"; find . -name lost+found -prune -o -printf '%P %T@\\n' | LC_ALL=C sort", "times", folder) : listing;
    }
}
