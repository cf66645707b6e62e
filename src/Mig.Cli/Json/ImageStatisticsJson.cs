using Mig.Care.Checks;

namespace Mig.Cli.Json;

/// <summary>What one image takes.</summary>
internal sealed record ImageStatisticsJson(
    string Name, string Commit, long Versions, long DiskBytes, long UsedBytes, long Files, long UniqueBytes, long UniqueStoredBytes)
{
    public static ImageStatisticsJson Of(ImageStatistics image) => new(
        image.Name, image.Commit.ToString(), image.Versions, image.DiskBytes, image.UsedBytes, image.Files, image.UniqueBytes,
            image.UniqueStoredBytes);
}
