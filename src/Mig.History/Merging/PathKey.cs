using System.Text;
using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>Paths as strings of one character for each byte, so that they are compared as bytes are.</summary>
internal static class PathKey
{
    public static string Of(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(path);

    public static byte[] ToBytes(string key) => Encoding.Latin1.GetBytes(key);

    /// <summary>The directory that a path lies in; empty for what lies in the root.</summary>
    public static string Parent(string key)
    {
        int slash = key.LastIndexOf('/');
        return slash < 0 ? "" : key[..slash];
    }

    /// <summary>The path that a hard link names.</summary>
    public static string Target(TreeEntry link) => Of(link.LinkTarget.Span.TrimStart((byte)'/'));

    public static string Name(string key) => key[(key.LastIndexOf('/') + 1)..];

    /// <summary>Tells whether a path lies below a directory, at any depth.</summary>
    public static bool IsBelow(string key, string directory) =>
        directory.Length == 0 ? key.Length > 0 : key.Length > directory.Length && key[directory.Length] == '/'
            && key.StartsWith(directory, StringComparison.Ordinal);
}
