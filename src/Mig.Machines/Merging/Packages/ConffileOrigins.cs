using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Mig.History.Diffs;
using Mig.History.Merging;
using Mig.History.Trees;

namespace Mig.Machines.Merging.Packages;

/// <summary>
/// Says of configuration files who made them: the package, or somebody who edited them. By the digests in dpkg's status, which are of what
/// the package brought.
/// </summary>
internal sealed class ConffileOrigins(MergeContents contents, TreeEntry ours, TreeEntry theirs)
{
    private const int MaxSize = 64 << 20;

    private readonly Lazy<Dictionary<string, Conffile>> _ours = new(() => Read(contents, ours)),
        _theirs = new(() => Read(contents, theirs));

    /// <returns>As a sentence without its subject; null when it is no configuration file of a package.</returns>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms",
        Justification = "It is what the databases of packages hold.")]
    public string? Describe(string path, TreeEntry? file, MergeSide side)
    {
        if (file is not { Type: TreeEntryType.File, Size: <= MaxSize }
            || (side == MergeSide.Ours ? _ours : _theirs).Value.GetValueOrDefault(path) is not { } conffile)
            return null;
        return Convert.ToHexStringLower(MD5.HashData(contents.Read(file, path, MaxSize))) == conffile.Digest
            ? $"it is as package {conffile.Package} {conffile.Version} brought it"
            : $"somebody edited what package {conffile.Package} {conffile.Version} brought";
    }

    private static Dictionary<string, Conffile> Read(MergeContents contents, TreeEntry root)
    {
        var found = new Dictionary<string, Conffile>(StringComparer.Ordinal);
        if (TreeLookup.Find(contents.Store, root, PackageSides.StatusPath) is not { Type: TreeEntryType.File, Size: <= MaxSize } status)
            return found;
        foreach (KeyedItem item in StanzaFile.Parse(contents.Read(status, Encoding.ASCII.GetString(PackageSides.StatusPath), MaxSize))[0])
        {
            foreach ((string path, string digest) in StanzaFile.Conffiles(item.Text))
                found[path] = new Conffile(StanzaFile.NameOf(item.Key), StanzaFile.InstalledVersion(item.Text) ?? "", digest);
        }

        return found;
    }

    private sealed record Conffile(string Package, string Version, string Digest);
}
