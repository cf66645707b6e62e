using System.Text;
using Mig.Browse;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Compare;

/// <summary>Compares the Debian packages of two images, from the status file of dpkg. Versions are compared as text: another one is another one.</summary>
public sealed class PackageComparer(IContentSource objects)
{
    private const long MaxStatusSize = 256 << 20;

    private (ObjectId? Content, IReadOnlyDictionary<(string Name, string Architecture), string> Packages) _last = (null, new Dictionary<(string Name, string Architecture), string>());

    private static ReadOnlySpan<byte> StatusPath => "var/lib/dpkg/status"u8;

    public PackageComparer(Repository repository)
        : this((repository ?? throw new ArgumentNullException(nameof(repository))).Store)
    {
    }

    /// <summary>Returns the packages that differ, sorted by name and architecture.</summary>
    public IReadOnlyList<PackageChange> Compare(ImageComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var changes = new List<PackageChange>();
        foreach (VolumePair pair in ImagePairing.PairVolumes(comparison.Before, comparison.After))
        {
            TreeEntry? before = Status(pair.Before), after = Status(pair.After);
            if (before is not null && after is not null && EntryComparison.HasSameContent(before, after))
                continue;
            changes.AddRange(Compare(Read(before), Read(after)));
        }

        return [.. changes.OrderBy(change => change.Name, StringComparer.Ordinal).ThenBy(change => change.Architecture, StringComparer.Ordinal)];
    }

    /// <summary>Returns the installed versions of a package, sorted by architecture.</summary>
    public IReadOnlyList<(string Architecture, string Version)> FindVersions(MachineImage image, string name)
    {
        ArgumentNullException.ThrowIfNull(image);
        IEnumerable<(string, string)> found = image.Disks.SelectMany(disk => disk.Volumes).Select(Status).OfType<TreeEntry>().SelectMany(entry => ReadCached(entry))
            .Where(package => package.Key.Name == name).Select(package => (package.Key.Architecture, package.Value));
        return [.. found.Order()];
    }

    /// <summary>Reads a status file: the version of each installed package, by name and architecture.</summary>
    public static IReadOnlyDictionary<(string Name, string Architecture), string> Parse(string status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var packages = new Dictionary<(string, string), string>();
        string name = "", architecture = "", version = "", state = "";
        foreach (string line in status.Split('\n').Append(""))
        {
            if (line.Trim().Length == 0)
            {
                // "install ok installed": what was wanted, whether something is wrong, what is there.
                if (name.Length > 0 && state.EndsWith(" installed", StringComparison.Ordinal))
                    packages[(name, architecture)] = version;
                (name, architecture, version, state) = ("", "", "", "");
                continue;
            }

            name = Field(line, "Package:") ?? name;
            architecture = Field(line, "Architecture:") ?? architecture;
            version = Field(line, "Version:") ?? version;
            state = Field(line, "Status:") ?? state;
        }

        return packages;
    }

    private static string? Field(string line, string key) => line.StartsWith(key, StringComparison.OrdinalIgnoreCase) ? line[key.Length..].Trim() : null;

    private static IEnumerable<PackageChange> Compare(IReadOnlyDictionary<(string Name, string Architecture), string> before, IReadOnlyDictionary<(string Name, string Architecture), string> after)
    {
        foreach ((string Name, string Architecture) key in before.Keys.Union(after.Keys))
        {
            string? left = before.GetValueOrDefault(key), right = after.GetValueOrDefault(key);
            if (left != right)
                yield return new PackageChange(key.Name, key.Architecture, left, right);
        }
    }

    private TreeEntry? Status(ImageVolume? volume)
    {
        if (volume?.Root is not { } root || TreeLookup.Find(objects, root, StatusPath) is not { } entry)
            return null;
        if (entry.Type == TreeEntryType.HardLink)
            entry = TreeLookup.FollowLink(objects, root, entry);
        return entry.Type == TreeEntryType.File && entry.Size <= MaxStatusSize ? entry : null;
    }

    // Most versions have the same packages as the one before.
    private IReadOnlyDictionary<(string Name, string Architecture), string> ReadCached(TreeEntry entry)
    {
        if (_last.Content != entry.Sha256 || entry.Sha256 is null)
            _last = (entry.Sha256, Read(entry));
        return _last.Packages;
    }

    private IReadOnlyDictionary<(string Name, string Architecture), string> Read(TreeEntry? entry)
    {
        using var content = new MemoryStream();
        if (entry is not null)
            new FileContents(objects).Copy(entry, content);
        return Parse(Encoding.UTF8.GetString(content.GetBuffer().AsSpan(0, (int)content.Length)));
    }
}
