namespace Mig.History.Trees;

/// <summary>Paths below the root of a tree: names with a slash between them, none at either end; the root is empty. Raw bytes.</summary>
public static class TreePath
{
    /// <summary>Returns the path of a name in a directory.</summary>
    public static byte[] Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name) =>
        directory.IsEmpty ? name.ToArray() : [.. directory, (byte)'/', .. name];
}
