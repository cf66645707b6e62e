namespace Mig.History.Tests.Judges;

/// <summary>A folder of its own for a test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <param name="inMemory">Whether it lies where a sync costs nothing, for thousands of them.</param>
    public TemporaryFolder(bool inMemory = false)
    {
        const string Memory = "/dev/shm";
        Path = inMemory && Directory.Exists(Memory)
            ? Directory.CreateDirectory(System.IO.Path.Combine(Memory, $"mig-test-{Guid.NewGuid():N}")).FullName
            : Directory.CreateTempSubdirectory("mig-test-").FullName;
    }

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
