using Mig.Browse;
using Mig.History.Trees;

namespace Mig.Inventories.Systems;

/// <summary>Reads where services are set up to listen: OpenSSH, sockets of systemd, nginx, Apache, MariaDB and MySQL, PostgreSQL.</summary>
internal static class Listeners
{
    private const string SshConfiguration = "etc/ssh/sshd_config";
    private static readonly string[] UnitFolders = ["etc/systemd/system", "usr/lib/systemd/system"];

    /// <param name="units">What systemd starts by itself.</param>
    public static IReadOnlyList<Listener> Read(MachineFiles files, IReadOnlyList<EnabledUnit> units) =>
        [.. ((IEnumerable<Listener>)[.. ReadSsh(files), .. ReadSockets(files, units), .. ReadNginx(files), .. ApacheListeners.Read(files), .. DatabaseListeners.Read(files)]).Distinct()];

    /// <summary>Finds the lines of a file that say where to listen.</summary>
    /// <param name="lines">Without white space around them.</param>
    /// <param name="keys">With the character that ends them.</param>
    public static IEnumerable<Listener> Find(string service, string path, IEnumerable<string> lines, params string[] keys) =>
        from line in lines
        let key = Array.Find(keys, key => line.StartsWith(key, StringComparison.OrdinalIgnoreCase))
        where key is not null
        let address = line[key.Length..].Split(';', '#')[0].Trim()
        where address.Length > 0
        select new Listener(service, address, path);

    // Without a Port or ListenAddress, sshd listens on 22.
    private static List<Listener> ReadSsh(MachineFiles files)
    {
        if (files.Find("usr/sbin/sshd") is null)
            return [];
        List<Listener> listeners = [.. ConfigurationFile.In(files, "etc/ssh/sshd_config.d").Append(SshConfiguration).SelectMany(path => Find("sshd", path, ConfigurationFile.ReadLines(files, path), "Port ", "ListenAddress "))];
        return listeners is [] ? [new Listener("sshd", "22", SshConfiguration)] : listeners;
    }

    private static IEnumerable<Listener> ReadSockets(MachineFiles files, IReadOnlyList<EnabledUnit> units)
    {
        foreach (string unit in units.Select(unit => unit.Name).Where(name => name.EndsWith(".socket", StringComparison.Ordinal)).Distinct())
        {
            if (UnitFolders.Select(folder => $"{folder}/{unit}").FirstOrDefault(path => files.Find(path) is { Entry.Type: TreeEntryType.File }) is not { } path)
                continue;
            foreach (Listener listener in Find(unit, path, ConfigurationFile.ReadLines(files, path), "ListenStream=", "ListenDatagram=", "ListenSequentialPacket="))
                yield return listener;
        }
    }

    private static IEnumerable<Listener> ReadNginx(MachineFiles files) =>
        ConfigurationFile.In(files, "etc/nginx/conf.d", "etc/nginx/sites-enabled").Append("etc/nginx/nginx.conf").SelectMany(path => Find("nginx", path, ConfigurationFile.ReadLines(files, path), "listen "));
}
