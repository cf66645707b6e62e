using Mig.Cli.Views;
using Mig.History.Diffs;
using Mig.Versions.Compare;

namespace Mig.Cli.Json;

/// <summary>A region of a disk that differs outside of files. <paramref name="Offset"/> is that of the first difference.</summary>
internal sealed record RegionJson(string Disk, int? Number, string Region, long Offset, long Length, int Places)
{
    public static RegionJson Of(DiskComparison disk, RegionChange change) =>
        new((disk.After ?? disk.Before)!.Name, change.Volume?.Number, DiskDiffView.Name(change.Region), change.Ranges[0].Offset,
            change.Length, change.Ranges.Count);
}
