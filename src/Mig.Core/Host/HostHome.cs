using System.Runtime.InteropServices;

namespace Mig.Core.Host;

/// <summary>Home directories of this machine's users.</summary>
public static partial class HostHome
{
    // Of struct passwd: two pointers, two 32-bit numbers and a pointer stand before pw_dir, on every 64-bit Linux.
    private const int DirectoryOffset = 32;

    /// <summary>
    /// Replaces <c>~</c> or <c>~user</c> at the beginning of a path, as a shell does and Git in addresses; any other path stays as it is.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such user.</exception>
    public static string Expand(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('~'))
            return path;
        int end = path.IndexOf('/', StringComparison.Ordinal);
        string user = path[1..(end < 0 ? path.Length : end)];
        string home = user.Length == 0 ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) : Find(user);
        return end < 0 ? home : Path.Combine(home, path[end..].TrimStart('/'));
    }

    private static string Find(string user)
    {
        nint entry = GetPasswordEntry(user);
        return entry != 0 && Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(entry, DirectoryOffset)) is { Length: > 0 } home
            ? home
            : throw new NotFoundException($"there is no user '{user}' here, so ~{user} leads nowhere");
    }

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetPasswordEntry(string name);
}
