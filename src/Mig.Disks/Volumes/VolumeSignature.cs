using Mig.Core;

namespace Mig.Disks.Volumes;

/// <summary>Names what a volume holds when mig cannot look into it.</summary>
public static class VolumeSignature
{
    public static string Describe(IByteSource volume) => Find(volume) switch
    {
        (VolumeContent.Empty, _) => "it is empty",
        (VolumeContent.Unknown, _) => "it holds no file system that mig knows",
        (_, var name) => $"it holds {name}, which this mig keeps exactly but does not look into",
    };

    public static VolumeContent Read(IByteSource volume) => Find(volume).Content;

    private static (VolumeContent Content, string Name) Find(IByteSource volume)
    {
        var probe = new VolumeProbe(volume);
        if (probe.IsEmpty)
            return (VolumeContent.Empty, "");
        string? name = VolumeKinds.Find(probe);
        return (name switch
        {
            null => VolumeContent.Unknown,
            VolumeKinds.Swap or VolumeKinds.Sleeping => VolumeContent.Swap,
            _ => VolumeContent.Known,
        }, name ?? "");
    }
}
