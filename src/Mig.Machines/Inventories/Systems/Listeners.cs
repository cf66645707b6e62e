using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>Reads where services are set up to listen: OpenSSH, sockets of systemd, nginx, Apache, MariaDB and MySQL, PostgreSQL.</summary>
internal static class Listeners
{
    private static readonly string[] SocketKeys = ["ListenStream=", "ListenDatagram=", "ListenSequentialPacket="];

    /// <param name="units">What systemd starts by itself.</param>
    public static IReadOnlyList<Listener> Read(MachineFiles files, IReadOnlyList<EnabledUnit> units) =>
        [.. ((IEnumerable<Listener>)[.. SshListeners.Read(files), .. ReadSockets(files, units), .. NginxListeners.Read(files),
            .. ApacheListeners.Read(files), .. DatabaseListeners.Read(files)]).Distinct()];

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

    // Sockets that an administrator enabled, and those that packages start.
    private static IEnumerable<Listener> ReadSockets(MachineFiles files, IReadOnlyList<EnabledUnit> units)
    {
        const string Ending = ".socket";
        foreach (string unit in units.Select(unit => unit.Name).Where(name => name.EndsWith(Ending, StringComparison.Ordinal))
            .Concat(SystemdUnits.ReadStatic(files, Ending)).Distinct())
        {
            if (SystemdUnits.FindFile(files, unit) is not { } path)
                continue;
            var listeners = new List<Listener>();
            foreach (string part in SystemdUnits.FindParts(files, unit).Prepend(path))
            {
                foreach (string line in ConfigurationFile.ReadLines(files, part))
                {
                    // An empty value takes back what was said before.
                    if (SocketKeys.Contains(line))
                        listeners.Clear();
                    listeners.AddRange(Find(unit, part, [SystemdUnits.Expand(line, unit)], SocketKeys));
                }
            }

            foreach (Listener listener in listeners)
                yield return listener;
        }
    }
}
