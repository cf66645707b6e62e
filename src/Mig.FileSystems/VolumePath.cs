using System.Text;

namespace Mig.FileSystems;

/// <summary>Paths on a volume: a slash before each name, none at the end; the root is a slash. Raw bytes.</summary>
public static class VolumePath
{
    private const byte Slash = (byte)'/';

    /// <summary>Returns the path as messages show it.</summary>
    public static string Describe(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(Normalize(path));

    /// <summary>Returns the path with one slash before each name, and none at the end; the root is a slash.</summary>
    public static byte[] Normalize(ReadOnlySpan<byte> path)
    {
        using var result = new MemoryStream(path.Length + 1);
        foreach (Range range in path.Split(Slash))
        {
            if (path[range].IsEmpty)
                continue;
            result.WriteByte(Slash);
            result.Write(path[range]);
        }

        return result.Length == 0 ? "/"u8.ToArray() : result.ToArray();
    }

    /// <summary>Returns the path of a name in a directory.</summary>
    public static byte[] Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        directory = directory.TrimEnd(Slash);
        byte[] path = new byte[directory.Length + 1 + name.Length];
        directory.CopyTo(path);
        path[directory.Length] = Slash;
        name.CopyTo(path.AsSpan(directory.Length + 1));
        return path;
    }

    /// <summary>The path of the directory that a name is in; the root's own is the root.</summary>
    public static byte[] Parent(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> normal = Normalize(path);
        return normal[..Math.Max(1, normal.LastIndexOf(Slash))].ToArray();
    }

    /// <summary>The last name; empty for the root.</summary>
    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> path)
    {
        path = path.TrimEnd(Slash);
        return path[(path.LastIndexOf(Slash) + 1)..];
    }
}
