using Mig.Versions.Compare;

namespace Mig.Cli.Json;

/// <summary>What a revision names: the tags on the way, the commit, and its disks and attachments.</summary>
internal sealed record ShowJson(string Kind, string Id, IReadOnlyList<TagJson>? Tags, CommitJson? Commit, string Image,
    IReadOnlyList<DiskJson> Disks, IReadOnlyList<AttachmentJson>? Attachments, ChangeCounts? Changes);
