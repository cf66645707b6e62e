using Mig.History.Images;

namespace Mig.Cli.Json;

/// <summary>
/// A volume. <paramref name="Reason"/> says why there are no files, <paramref name="Unread"/> which of them could not be read.
/// </summary>
internal sealed record VolumeJson(
    int Number,
    long Offset,
    long Length,
    string PartitionType,
    string PartitionName,
    string FileSystem,
    string Label,
    string Uuid,
    bool HasFiles,
    string? Reason,
    IReadOnlyList<UnreadJson>? Unread)
{
    public static VolumeJson Of(ImageVolume volume) => new(
        volume.Number,
        volume.Range.Offset,
        volume.Range.Length,
        volume.PartitionType,
        volume.PartitionName,
        volume.FileSystem,
        volume.Label,
        volume.Uuid,
        volume.Root is not null,
        volume.Reason.Length == 0 ? null : volume.Reason,
        volume.Unread.Count == 0 ? null : [.. volume.Unread.Select(UnreadJson.Of)]);
}
