using System.Text;
using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>Follows paths from the root. Case does not matter, and short names are names too, as for every system that knows FAT.</summary>
internal sealed class PathResolver(WritableVolume volume)
{
    private const byte Slash = (byte)'/';

    /// <summary>Returns a path for a message.</summary>
    public static string Describe(ReadOnlySpan<byte> path) => Encoding.UTF8.GetString(path);

    /// <exception cref="NotFoundException">A directory on the way does not exist.</exception>
    /// <exception cref="RefusedOperationException">Something on the way is no directory.</exception>
    public ResolvedPath Resolve(ReadOnlySpan<byte> path)
    {
        var trail = new List<FatEntry>();
        byte[]? missing = null;
        foreach (Range range in path.Split(Slash))
        {
            ReadOnlySpan<byte> name = path[range];
            if (name.IsEmpty)
                continue;
            if (missing is not null)
                throw new NotFoundException($"{Describe(path)}: there is no directory {Describe(missing)} on the way");
            if (trail.Count > 0 && !trail[^1].IsDirectory)
                throw new RefusedOperationException(RefusalReason.NotADirectory, $"{Describe(path)}: {trail[^1].Name} is no directory");
            if (name.SequenceEqual("."u8))
                continue;
            if (name.SequenceEqual(".."u8))
            {
                if (trail.Count > 0)
                    trail.RemoveAt(trail.Count - 1);
                continue;
            }

            if (Find(trail.Count == 0 ? null : trail[^1], name) is { } entry)
                trail.Add(entry);
            else
                missing = name.ToArray();
        }

        if (missing is not null)
            return new ResolvedPath(trail, missing, null);
        if (trail.Count == 0)
            return new ResolvedPath([], [], null);
        FatEntry last = trail[^1];
        return new ResolvedPath(trail[..^1], GetLastName(path, last), last);
    }

    /// <summary>Finds a name in a directory.</summary>
    /// <param name="directory">Null for the root.</param>
    private FatEntry? Find(FatEntry? directory, ReadOnlySpan<byte> name)
    {
        if (Wtf8.Decode(name) is not { } text)
            return null;
        int cluster = directory is null ? volume.Geometry.RootCluster : volume.Geometry.GetFirstCluster(directory.View);
        List<FatEntry> entries = volume.Directories.Read(cluster);

        // On a volume that breaks the rules, the name of one may be another's in other letters or its short name: a path that a listing
        // shows means what it shows there.
        return entries.Find(entry => entry.Name == text) ?? entries.Find(entry => NameRules.AreSame(entry.Name, text))
            ?? entries.Find(entry => NameRules.AreSame(entry.ShortName, text));
    }

    // The name as it was given, which a rename needs; behind "..", the stored one.
    private static byte[] GetLastName(ReadOnlySpan<byte> path, FatEntry entry)
    {
        ReadOnlySpan<byte> trimmed = path.TrimEnd(Slash);
        ReadOnlySpan<byte> last = trimmed[(trimmed.LastIndexOf(Slash) + 1)..];
        return last.SequenceEqual("."u8) || last.SequenceEqual(".."u8) ? Wtf8.Encode(entry.Name) : last.ToArray();
    }
}
