using System.Text;

namespace Mig.Tests.Support;

/// <summary>
/// What a repository says of its refs: HEAD, refs, logs and configuration, as files (packed refs as the files that they would be), read
/// without any of mig's code.
/// </summary>
internal static class RefFolder
{
    public static SortedDictionary<string, string> Read(string repository)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(repository, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(repository, path);
            if (name is "HEAD" or "config" or "shallow" || name.StartsWith("refs/", StringComparison.Ordinal)
                || name.StartsWith("logs/", StringComparison.Ordinal))
                files.Add(name, File.ReadAllText(path, Encoding.UTF8));
        }

        string packed = Path.Combine(repository, "packed-refs");
        foreach (string line in File.Exists(packed) ? File.ReadLines(packed).Where(line => line[0] != '#') : [])
            files.TryAdd(line[65..], line[..64] + "\n");
        return files;
    }
}
