using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.Images.Browse;

namespace Mig.Images.Extract.Folders;

/// <summary>Where sources go, by the rules of <c>cp</c>: into a folder that is there, or under a new name.</summary>
/// <param name="Folder">The folder that gets new names.</param>
/// <param name="Names">The name of each source in it; empty for the root of a volume, whose content goes into the folder itself.</param>
internal sealed record Destination(string Folder, IReadOnlyList<byte[]> Names)
{
    /// <exception cref="UsageException">Several sources need a folder, or the folder of a new name is missing.</exception>
    /// <exception cref="ConflictException">Two sources have the same name.</exception>
    public static Destination Choose(IReadOnlyList<ImagePath> sources, string path)
    {
        if (LibC.LookAt(path) == FileType.Directory)
            return new Destination(path, NamesOf(sources));
        if (sources.Count > 1)
            throw new UsageException($"{path} is no folder, and {sources.Count} sources need one; create it first");
        string full = Path.GetFullPath(path).TrimEnd('/'), folder = Path.GetDirectoryName(full) ?? "/";
        if (LibC.LookAt(folder) != FileType.Directory)
            throw new UsageException($"folder {folder} does not exist; create it first");
        return new Destination(folder, [Encoding.UTF8.GetBytes(Path.GetFileName(full))]);
    }

    /// <summary>The last part of each source's path.</summary>
    public static IReadOnlyList<byte[]> NamesOf(IReadOnlyList<ImagePath> sources)
    {
        byte[][] names = [.. sources.Select(source => source.Path.Span[(source.Path.Span.LastIndexOf((byte)'/') + 1)..].ToArray())];
        var seen = new HashSet<string>();
        foreach (byte[] name in names)
        {
            if (!seen.Add(PlannedEntry.Key(name)) || (name.Length == 0 && names.Length > 1))
                throw new ConflictException(name.Length == 0
                    ? "the root of a volume is extracted alone: what is in it could meet other sources"
                    : $"two sources have the name '{Encoding.UTF8.GetString(name)}'; extract them one after the other, to different "
                        + "places");
        }

        return names;
    }
}
