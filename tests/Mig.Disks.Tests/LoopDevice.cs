using Mig.Testing;

namespace Mig.Disks.Tests;

/// <summary>A file as a block device, for one test. Needs root.</summary>
internal sealed class LoopDevice : IDisposable
{
    public LoopDevice(string file, int sectorSize = 512)
    {
        Path = Tool.Run("losetup", "--find", "--show", "--sector-size", $"{sectorSize}", file).Trim();
    }

    public string Path { get; }

    public void Dispose() => Tool.Run("losetup", "--detach", Path);
}
