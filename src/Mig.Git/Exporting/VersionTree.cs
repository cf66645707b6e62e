using Mig.Core;
using Mig.Git.Names;
using Mig.Git.Objects;
using Mig.Git.Tables;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Images.Inventories;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Machines.Inventories;

namespace Mig.Git.Exporting;

/// <summary>Makes the tree of a version in Git. What it holds depends on the image and the options alone, whatever is taken over from the
/// version before. For one thread.</summary>
internal sealed class VersionTree(Repository repository, GitFolder target, GitExportOptions options, CancellationToken cancellation)
{
    private const string Attributes = ".gitattributes", Summary = "summary.md", Packages = "packages.tsv", Accounts = "accounts.tsv",
        Units = "units.tsv", Listeners = "listeners.tsv", Privileged = "privileged.tsv";
    private const string Disk = "disk.txt", Manifest = "manifest";

    private readonly InventoryReader _inventories = new(repository);

    /// <summary>The names at the top that are no files of the image.</summary>
    public static IReadOnlyList<string> GeneratedNames { get; } =
        [Attributes, Summary, Packages, Accounts, Units, Listeners, Privileged, Disk, Manifest, Manifest + GitName.TableSuffix];

    /// <summary>Files that patterns name and that were not published, with the reason; of what was looked at.</summary>
    public List<string> LeftOut { get; } = [];

    // Bytes stay as they are wherever they are checked out, and hosts fold the tables.
    private static ReadOnlySpan<byte> AttributeLines => "* -text\n/manifest/** linguist-generated\n/manifest.tsv linguist-generated\n"u8;

    /// <summary>Stores the tree of an image.</summary>
    /// <param name="name">How to call the version in messages.</param>
    /// <param name="earlier">The version before, of which is taken over what is the same; null to make everything.</param>
    /// <param name="earlierTree">Its tree.</param>
    /// <param name="earlierHasLinks">Whether its contents may have changed where its directories have not.</param>
    public (GitId Tree, bool HasHardLinks) Write(MachineImage image, string name, MachineImage? earlier, GitId earlierTree,
        bool earlierHasLinks)
    {
        GitTree? published = earlier is null ? null : target.ReadTree(earlierTree);
        if (published is null)
            earlier = null;
        ImageVolume? system = repository.Images.FindDefaultVolume(image), earlierSystem = earlier is null ? null
            : repository.Images.FindDefaultVolume(earlier);
        Inventory inventory = system is null
            ? new Inventory(null, "", [], [], [], [], [], []) { Coverage = new ImageCoverage([]) }
            : _inventories.Read(image, null, name, cancellation);
        var top = new GitTree();
        Add(top, Attributes, AttributeLines.ToArray());
        Add(top, Summary, new SummaryText(image, inventory, system, options).Write());
        Add(top, Packages, InventoryTables.Packages(inventory));
        Add(top, Accounts, InventoryTables.Accounts(inventory));
        Add(top, Units, InventoryTables.Units(inventory));
        Add(top, Listeners, InventoryTables.Listeners(inventory));
        Add(top, Disk, DiskText.Write(image));
        ContentsWriter? contents = system is null ? null : WriteContents(
            top, image, name, earlierHasLinks ? null : earlierSystem, published);
        byte[] rights = published?.Find(Privileged, isTree: false) is { } table ? target.ReadBlob(table, int.MaxValue) ?? [] : [];
        var privileged = new PrivilegedTable(rights);
        var writer = new ManifestWriter(repository.Store, repository.Context.Limits, target, options.IsMasked ? contents?.Masked
            ?? new HashSet<string>() : null, privileged, cancellation);
        WriteManifest(writer, top, image, system, earlier, earlierSystem, published);
        Add(top, Privileged, privileged.ToArray());
        return (target.WriteTree(top), contents?.HasHardLinks ?? false);
    }

    private ContentsWriter WriteContents(GitTree top, MachineImage image, string name, ImageVolume? earlier, GitTree? published)
    {
        ImagePath root = repository.Images.Find(image, PathSpec.Root, name);
        var contents = new ContentsWriter(repository, target, root, options, cancellation);
        contents.Write(top, earlier?.Root?.Tree, published);
        LeftOut.AddRange(contents.LeftOut);
        return contents;
    }

    private void WriteManifest(ManifestWriter writer, GitTree top, MachineImage image, ImageVolume? system, MachineImage? earlier,
        ImageVolume? earlierSystem, GitTree? published)
    {
        var manifest = new GitTree();
        GitTree? before = published?.Find(Manifest, isTree: true) is { } id ? target.ReadTree(id) : null;
        foreach ((ImageDisk disk, ImageVolume volume) in ImageVolumes.WithFiles(image).Select(item => (item.Disk, item.Volume)))
        {
            string prefix = ImageVolumes.PrefixOf(image, disk, volume);
            TreeId root = volume.Root!.Tree;
            if (volume == system)
            {
                EarlierDirectory? same = earlierSystem?.Root is { } old
                    ? new EarlierDirectory(old.Tree, published?.Find(Manifest + GitName.TableSuffix), SystemPart(before)) : null;
                writer.Write(root, same, "", top, Manifest, manifest);
                continue;
            }

            string name = "@" + GitName.EscapeDirectory(System.Text.Encoding.UTF8.GetBytes(prefix[1..]));
            var children = new GitTree();
            writer.Write(root, EarlierVolume(prefix, name, earlier, earlierSystem, before), Cell.Escape(prefix), manifest, name, children);
            if (!children.IsEmpty)
                manifest.Add(name, GitMode.Tree, target.WriteTree(children));
        }

        if (!manifest.IsEmpty)
            top.Add(Manifest, GitMode.Tree, target.WriteTree(manifest));
    }

    private EarlierDirectory? EarlierVolume(string prefix, string name, MachineImage? earlier, ImageVolume? earlierSystem, GitTree? before)
    {
        foreach ((ImageDisk disk, ImageVolume volume) in earlier is null ? []
            : ImageVolumes.WithFiles(earlier).Select(item => (item.Disk, item.Volume)))
        {
            if (volume != earlierSystem && ImageVolumes.PrefixOf(earlier!, disk, volume) == prefix)
                return new EarlierDirectory(volume.Root!.Tree, before?.Find(name + GitName.TableSuffix),
                    before?.Find(name, isTree: true) is { } below ? target.ReadTree(below) : null);
        }

        return null;
    }

    // Names of other volumes begin with "@", those of directories do not.
    private static GitTree? SystemPart(GitTree? manifest)
    {
        if (manifest is null)
            return null;
        var part = new GitTree();
        foreach (GitTreeEntry entry in manifest.Entries)
        {
            if (!entry.Name.StartsWith('@'))
                part.Add(entry.Name, entry.Mode, entry.Id);
        }

        return part;
    }

    private void Add(GitTree top, string name, byte[] content) => top.Add(name, GitMode.File, target.WriteBlob(content));
}
