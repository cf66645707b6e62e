using System.Text;
using Mig.Browse;
using Mig.History.Trees;

namespace Mig.Inventories.Systems;

/// <summary>Reads where services are set up to listen: OpenSSH, sockets of systemd, nginx, Apache.</summary>
internal static class Listeners
{
    private const int MaxSize = 1 << 20;
    private static readonly string[] UnitFolders = ["etc/systemd/system", "usr/lib/systemd/system"];

    /// <param name="units">What systemd starts by itself.</param>
    public static IReadOnlyList<Listener> Read(MachineFiles files, IReadOnlyList<EnabledUnit> units)
    {
        var listeners = new List<Listener>();
        if (files.Find("usr/sbin/sshd") is not null)
            AddSsh(files, listeners);
        foreach (string unit in units.Select(unit => unit.Name).Where(name => name.EndsWith(".socket", StringComparison.Ordinal)).Distinct())
        {
            if (UnitFolders.Select(folder => $"{folder}/{unit}").FirstOrDefault(path => files.Find(path) is { Entry.Type: TreeEntryType.File }) is { } path)
                Add(files, listeners, unit, path, "ListenStream=", "ListenDatagram=", "ListenSequentialPacket=");
        }

        foreach (string path in Paths(files, "etc/nginx/nginx.conf", "etc/nginx/conf.d", "etc/nginx/sites-enabled"))
            Add(files, listeners, "nginx", path, "listen ");
        foreach (string path in Paths(files, "etc/apache2/ports.conf", "etc/apache2/sites-enabled"))
            Add(files, listeners, "apache2", path, "Listen ");
        foreach (string path in Paths(files, "etc/httpd/conf/httpd.conf", "etc/httpd/conf.d"))
            Add(files, listeners, "httpd", path, "Listen ");
        return listeners;
    }

    // Without a Port or ListenAddress, sshd listens on 22.
    private static void AddSsh(MachineFiles files, List<Listener> listeners)
    {
        const string Main = "etc/ssh/sshd_config";
        int before = listeners.Count;
        foreach (string path in Paths(files, Main, "etc/ssh/sshd_config.d"))
            Add(files, listeners, "sshd", path, "Port ", "ListenAddress ");
        if (listeners.Count == before)
            listeners.Add(new Listener("sshd", "22", Main));
    }

    // A file, and the files of folders.
    private static IEnumerable<string> Paths(MachineFiles files, string file, params ReadOnlySpan<string> folders)
    {
        var paths = new List<string>();
        foreach (string folder in folders)
            paths.AddRange(files.List(folder).Select(item => item.Path));
        paths.Add(file);
        return paths;
    }

    private static void Add(MachineFiles files, List<Listener> listeners, string service, string path, params string[] keys)
    {
        if (files.Find(path) is not { Entry: { Type: TreeEntryType.File, Size: <= MaxSize } } file)
            return;
        foreach (string line in Encoding.UTF8.GetString(files.Read(file, MaxSize)).Split('\n'))
        {
            string text = line.Trim().Replace('\t', ' ');
            if (Array.Find(keys, key => text.StartsWith(key, StringComparison.OrdinalIgnoreCase)) is not { } key)
                continue;
            string address = text[key.Length..].Split(';', '#')[0].Trim();
            if (address.Length > 0)
                listeners.Add(new Listener(service, address, path));
        }
    }
}
