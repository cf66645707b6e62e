namespace Mig.Core.Host;

/// <summary>Programs of this machine.</summary>
public static class HostPrograms
{
    /// <summary>Finds a program that can be run in the folders of <c>PATH</c>; null when it is in none.</summary>
    public static string? Find(string name, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return (environment("PATH") ?? "").Split(':').Where(folder => folder.StartsWith('/')).Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(path => File.Exists(path) && LibC.IsExecutable(path));
    }
}
