using Mig.History.Trees;

namespace Mig.Edits;

/// <summary>What a name in a manifest stands for: a file with all its names, a directory, a link, a device.</summary>
internal sealed class ManifestItem(TreeEntry entry)
{
    /// <summary>
    /// What is known of it; its name does not count. As it was until <see cref="IsMetadataChanged"/> and <see cref="IsContentChanged"/> are
    /// dealt with.
    /// </summary>
    public TreeEntry Entry { get; set; } = entry;

    /// <summary>Its names, as far as they were loaded; all of them once <see cref="ManifestEdit.LoadLinks"/> was called.</summary>
    public List<ManifestName> Names { get; } = [];

    /// <summary>A directory's names, sorted by bytes; null until they are loaded.</summary>
    public SortedDictionary<byte[], ManifestName>? Children { get; set; }

    public bool IsMetadataChanged { get; set; }

    public bool IsContentChanged { get; set; }
}
