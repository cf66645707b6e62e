using Mig.History.Images;
using Mig.History.Trees;

namespace Mig.Cli.Json;

/// <summary>A file beside the disks of an image.</summary>
/// <param name="Sha256">Of its content; null where its holes are too long to be hashed.</param>
internal sealed record AttachmentJson(string Name, long Size, string? Sha256)
{
    public static AttachmentJson Of(TreeEntry entry) => new(ImageAttachments.NameOf(entry), entry.Size, entry.Sha256?.ToString());
}
