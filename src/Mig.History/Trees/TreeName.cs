using Mig.Core;

namespace Mig.History.Trees;

/// <summary>What a name in a directory may be (docs/format.md, "Tree entries"). No file system that mig reads has others.</summary>
public static class TreeName
{
    /// <summary>Most bytes: 255 characters of four bytes each, and some.</summary>
    public const int MaxLength = 1024;

    /// <summary>Says what is wrong with a name; null when nothing is.</summary>
    public static string? FindFault(ReadOnlySpan<byte> name) =>
        name.Length > MaxLength ? $"it has {name.Length} bytes, at most {MaxLength} allowed" : NodeName.FindFault(name);

    /// <summary>
    /// Says what is wrong with the path that a hard link gives, which counts from the volume's root; null when nothing is.
    /// </summary>
    public static string? FindPathFault(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[0] != '/')
            return "it does not begin with '/'";
        path = path[1..];
        foreach (Range part in path.Split((byte)'/'))
        {
            if (FindFault(path[part]) is { } fault)
                return $"a name in it cannot be: {fault}";
        }

        return null;
    }

    /// <summary>Says what is wrong with the target of a symbolic link; null when nothing is.</summary>
    public static string? FindTargetFault(ReadOnlySpan<byte> target) =>
        target.IsEmpty ? "it is empty" : target.Contains((byte)0) ? "it holds NUL" : null;
}
