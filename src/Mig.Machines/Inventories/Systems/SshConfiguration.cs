using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>
/// Reads what sshd's configuration says of the server itself, with the files that it includes. Source: sshd_config(5), "Include", "Match".
/// </summary>
internal static class SshConfiguration
{
    private const string Folder = "etc/ssh";
    private const int MaxDepth = 16; // as sshd has it

    // Where an administrator has none, that of the vendor counts.
    private static readonly string[] Paths = ["etc/ssh/sshd_config", "usr/etc/ssh/sshd_config", "etc/openssh/sshd_config"];

    /// <summary>The file that sshd reads first; the usual one when there is none.</summary>
    public static string FindPath(MachineFiles files) => Array.Find(Paths, path => files.Find(path) is not null) ?? Paths[0];

    /// <summary>Returns keywords in lower case, their first value, and the file that says so, in order.</summary>
    public static IReadOnlyList<(string Keyword, string Value, string Path)> Read(MachineFiles files)
    {
        var settings = new List<(string, string, string)>();
        ReadFile(files, FindPath(files), settings, 0);
        return settings;
    }

    private static void ReadFile(MachineFiles files, string path, List<(string, string, string)> settings, int depth)
    {
        foreach (string line in ConfigurationFile.ReadLines(files, path))
        {
            string[] words = line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] == '#')
                continue;
            switch (words[0].ToLowerInvariant())
            {
                case "include" when depth < MaxDepth:
                    foreach (string file in words.Skip(1).TakeWhile(word => word[0] != '#')
                        .SelectMany(word => ConfigurationFile.Expand(files, Folder, word.Trim('"'))))
                        ReadFile(files, file, settings, depth + 1);
                    break;
                case "match":
                    return; // what follows is about some connections, and nothing of the server can be there
                case var keyword:
                    settings.Add((keyword, words[1].Trim('"'), path));
                    break;
            }
        }
    }
}
