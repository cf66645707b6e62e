namespace Mig.Testing.FileSystems;

/// <summary>A new folder that is deleted with all that is in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mig-").FullName;

    /// <summary>Returns the path of a file in the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    // Names that are not UTF-8 are beyond .NET's file calls.
    public void Dispose() => Tool.Read("rm", "-rf", Path);
}
