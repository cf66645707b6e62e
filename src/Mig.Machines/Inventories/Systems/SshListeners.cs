using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>Reads where sshd listens: each address at each port. Source: sshd_config(5), "ListenAddress", "Port".</summary>
internal static class SshListeners
{
    private const string Service = "sshd", DefaultPort = "22";

    private static readonly string[] Programs = ["usr/sbin/sshd", "usr/bin/sshd", "usr/local/sbin/sshd"];

    public static IReadOnlyList<Listener> Read(MachineFiles files)
    {
        if (!Array.Exists(Programs, path => files.Find(path) is not null))
            return [];
        IReadOnlyList<(string Keyword, string Value, string Path)> settings = SshConfiguration.Read(files);
        List<(string Keyword, string Value, string Path)> ports = [.. settings.Where(setting => setting.Keyword == "port")],
            addresses = [.. settings.Where(setting => setting.Keyword == "listenaddress")];
        if (ports.Count == 0)
            ports.Add(("port", DefaultPort, SshConfiguration.FindPath(files)));
        return addresses.Count == 0
            ? [.. ports.Select(port => new Listener(Service, port.Value, port.Path))]
            : [.. addresses.SelectMany(address => HasPort(address.Value)
                ? [new Listener(Service, address.Value, address.Path)]
                : ports.Select(port => new Listener(Service, $"{Bracket(address.Value)}:{port.Value}", address.Path)))];
    }

    // host:port and [address]:port have one; an address of IPv6 has colons of its own.
    private static bool HasPort(string address) =>
        address.StartsWith('[') ? address.Contains("]:", StringComparison.Ordinal) : address.AsSpan().Count(':') == 1;

    private static string Bracket(string address) =>
        address.Contains(':', StringComparison.Ordinal) && !address.StartsWith('[') ? $"[{address}]" : address;
}
