using Mig.Core;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Ingest;

namespace Mig.Versions.Commits;

/// <summary>What a version has beside its disks: what the one below has, without what is taken away, and with what is attached.</summary>
internal sealed class AttachmentPlan
{
    private readonly CommitRequest _request;
    private readonly SortedDictionary<string, TreeEntry> _entries = new(StringComparer.Ordinal);

    /// <param name="below">What the version below has.</param>
    /// <exception cref="UsageException">A name cannot be one, or is given twice.</exception>
    /// <exception cref="NotFoundException">What is to be taken away is not there.</exception>
    public AttachmentPlan(CommitRequest request, IReadOnlyList<TreeEntry> below)
    {
        _request = request;
        foreach (TreeEntry entry in below)
            _entries.Add(ImageAttachments.NameOf(entry), entry);
        foreach (string name in request.Detach)
        {
            if (!_entries.ContainsKey(name))
                throw new NotFoundException($"the last version has no attachment '{name}'.{NearNames.Suggest(name, _entries.Keys)}");
        }

        foreach (string name in request.Detach)
            _entries.Remove(name);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (AttachedFile file in request.Attach)
        {
            if (ImageAttachments.FindFault(file.Name) is { } fault)
                throw new UsageException($"an attachment cannot be called '{file.Name}': {fault}");
            if (!names.Add(file.Name))
                throw new UsageException($"two files are to be attached as '{file.Name}'");
        }

        names.UnionWith(_entries.Keys);
        if (names.Count > ImageAttachments.MaxCount)
            throw new UsageException($"a version holds at most {ImageAttachments.MaxCount} attachments, not {names.Count}");
    }

    /// <summary>Takes the files in. The memory of a suspended machine goes with the disks that it had.</summary>
    /// <param name="before">The disks of the version below; null when there is none.</param>
    /// <param name="disks">Those of this one.</param>
    /// <returns>All attachments.</returns>
    public IReadOnlyCollection<TreeEntry> Run(IngestSession session, IReadOnlyList<ImageDisk>? before, IReadOnlyList<ImageDisk> disks)
    {
        if (ImageAttachments.HaveMemory(_entries.Values)
            && before?.Select(disk => (disk.Length, disk.Layout)).SequenceEqual(disks.Select(disk => (disk.Length, disk.Layout))) != true)
        {
            _entries.Remove(ImageAttachments.MemoryName);
            _entries.Remove(ImageAttachments.MachineName);
        }

        foreach (AttachedFile file in _request.Attach)
            _entries[file.Name] = AttachmentIngest.Run(session, file.Make is { } make ? file with { Content = make(disks) } : file);
        return _entries.Values;
    }
}
