using Mig.Browse;

namespace Mig.Inventories.Systems;

/// <summary>Reads where sshd listens: each address at each port. Source: sshd_config(5), "Include", "ListenAddress", "Port".</summary>
internal sealed class SshListeners
{
    private const string Folder = "etc/ssh", Configuration = "etc/ssh/sshd_config";
    private const int MaxDepth = 16; // as sshd has it
    private const string DefaultPort = "22";

    private readonly MachineFiles _files;
    private readonly List<(string Port, string Path)> _ports = [];
    private readonly List<(string Address, string Path)> _addresses = [];

    private SshListeners(MachineFiles files) => _files = files;

    public static IReadOnlyList<Listener> Read(MachineFiles files)
    {
        if (files.Find("usr/sbin/sshd") is null)
            return [];
        var reader = new SshListeners(files);
        reader.ReadFile(Configuration, 0);
        if (reader._ports.Count == 0)
            reader._ports.Add((DefaultPort, Configuration));
        return reader._addresses.Count == 0
            ? [.. reader._ports.Select(port => new Listener("sshd", port.Port, port.Path))]
            : [.. reader._addresses.SelectMany(address => HasPort(address.Address)
                ? [new Listener("sshd", address.Address, address.Path)]
                : reader._ports.Select(port => new Listener("sshd", $"{Bracket(address.Address)}:{port.Port}", address.Path)))];
    }

    private void ReadFile(string path, int depth)
    {
        foreach (string line in ConfigurationFile.ReadLines(_files, path))
        {
            string[] words = line.Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] == '#')
                continue;
            switch (words[0].ToLowerInvariant())
            {
                case "port":
                    _ports.Add((words[1], path));
                    break;
                case "listenaddress":
                    _addresses.Add((words[1], path));
                    break;
                case "include" when depth < MaxDepth:
                    foreach (string file in words.Skip(1).TakeWhile(word => word[0] != '#').SelectMany(word => ConfigurationFile.Expand(_files, Folder, word.Trim('"'))))
                        ReadFile(file, depth + 1);
                    break;
                case "match":
                    return; // what follows is about some connections, and no address can be there
            }
        }
    }

    // host:port and [address]:port have one; an address of IPv6 has colons of its own.
    private static bool HasPort(string address) => address.StartsWith('[') ? address.Contains("]:", StringComparison.Ordinal) : address.AsSpan().Count(':') == 1;

    private static string Bracket(string address) => address.Contains(':', StringComparison.Ordinal) && !address.StartsWith('[') ? $"[{address}]" : address;
}
