using System.Runtime.InteropServices;
using System.Text;

namespace Mig.Core.Host;

/// <summary>Paths of the host, links resolved.</summary>
public static partial class HostPath
{
    private const int MaxLength = 4096; // PATH_MAX of Linux

    /// <summary>Returns the path without links, dots or doubled slashes; null when something on the way is missing.</summary>
    public static unsafe string? Resolve(string path)
    {
        byte* resolved = stackalloc byte[MaxLength];
        if (RealPath(path, resolved) == 0)
            return null;
        return Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved));
    }

    /// <summary>Returns the folder of a path, "." when it has none.</summary>
    public static string FolderOf(string path) =>
        Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : Path.IsPathRooted(path) ? "/" : ".";

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint RealPath(string path, byte* resolved);
}
