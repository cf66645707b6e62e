namespace Mig.Core;

/// <summary>What stands at a path of the host.</summary>
public enum FileType
{
    Missing,
    Regular,
    Directory,
    BlockDevice,
    Other,
}
