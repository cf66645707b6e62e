using Mig.Versions.Compare;

namespace Mig.Cli.Json;

/// <summary>A setting of a file system that differs.</summary>
internal sealed record SettingChangeJson(string Disk, int Volume, string Name, string Before, string After)
{
    public static SettingChangeJson Of(VolumeSettingChange change) =>
        new(change.Disk.Name, change.Volume.Number, change.Change.Name, change.Change.Before, change.Change.After);
}
