using System.Text;

namespace Mig.Edits.Operations;

/// <summary>Takes apart and joins paths on a volume, raw bytes.</summary>
internal static class VolumePath
{
    private const byte Slash = (byte)'/';

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
