using System.Text;

namespace Mig.Images.Extract;

/// <summary>
/// Tells which names on a file system of the host lead to <c>.mig</c>. As Git does for <c>.git</c>: case counts for nothing on some file
/// systems, dots and spaces at the end for nothing on those of Windows, and HFS+ skips characters that nobody sees.
/// </summary>
internal static class RepositoryName
{
    public static bool IsMatch(ReadOnlySpan<byte> name)
    {
        // The longest that could match: each of four characters with some unseen ones of three bytes.
        if (name.Length < Repository.FolderName.Length || name.Length > 255)
            return false;
        string text = Encoding.UTF8.GetString(name);
        int stream = text.IndexOf(':', StringComparison.Ordinal);
        string seen = string.Concat((stream < 0 ? text : text[..stream]).Where(c => !IsUnseen(c))).TrimEnd('.', ' ');
        return seen.Equals(Repository.FolderName, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsUnseen(char c) =>
        c is (>= '\u200C' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u206A' and <= '\u206F') or '\uFEFF';
}
