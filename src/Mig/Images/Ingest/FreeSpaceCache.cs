using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Trust;

namespace Mig.Images.Ingest;

/// <summary>
/// Knows of which volumes the free space was compared here with all that is in use, by the layout of their disk, so that an edit need not
/// do it again. A cache in
/// <c>cache/free</c>: what is not in it is looked at.
/// </summary>
internal static class FreeSpaceCache
{
    private const string Folder = "free";
    private const int MaxCaches = 256;
    private const int MaxSize = 1 << 16;

    public static bool Contains(string repositoryFolder, in LayoutId layout, int volume) => Read(repositoryFolder, layout).Contains(volume);

    /// <summary>Adds volumes whose free space is trusted, and drops the oldest layouts.</summary>
    public static void Add(string repositoryFolder, in LayoutId layout, IEnumerable<int> volumes)
    {
        SortedSet<int> known = Read(repositoryFolder, layout);
        int before = known.Count;
        known.UnionWith(volumes);
        if (known.Count == before)
            return;
        byte[] text = Encoding.ASCII.GetBytes(string.Join('\n', known.Select(number => number.ToString(CultureInfo.InvariantCulture))));
        if (SealedFile.TryWrite(repositoryFolder, NameOf(layout), text))
            SealedFile.RemoveOld(repositoryFolder, Folder, MaxCaches, MaxCaches / 2);
    }

    /// <summary>Adds to a layout what is known of the one that it was made from by an edit, which keeps free space true.</summary>
    public static void Carry(string repositoryFolder, in LayoutId from, in LayoutId to) =>
        Add(repositoryFolder, to, Read(repositoryFolder, from));

    private static SortedSet<int> Read(string repositoryFolder, in LayoutId layout) =>
        SealedFile.Read(repositoryFolder, NameOf(layout), MaxSize) is { Length: > 0 } text
            ? [.. Encoding.ASCII.GetString(text).Split('\n')
                .Select(line => int.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture))]
            : [];

    private static string NameOf(in LayoutId layout) => $"{Folder}/{layout}";
}
