using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>
/// Reads where database servers are set up to listen, with the addresses and ports that they take when nothing is said. Source: MariaDB's
/// and MySQL's "Using option files", PostgreSQL's "Connections and Authentication".
/// </summary>
internal static class DatabaseListeners
{
    private const string MySqlPort = "3306", PostgresPort = "5432";

    private static readonly string[] MySqlPrograms = ["usr/sbin/mariadbd", "usr/libexec/mariadbd", "usr/sbin/mysqld", "usr/libexec/mysqld"];
    private static readonly string[] MySqlSections = ["mysqld", "server", "mariadb", "mariadbd"];

    public static IEnumerable<Listener> Read(MachineFiles files) => [.. ReadMySql(files), .. ReadPostgres(files)];

    private static Listener[] ReadMySql(MachineFiles files)
    {
        if (Array.Find(MySqlPrograms, path => files.Find(path) is not null) is not { } program)
            return [];
        string? address = null, port = null, location = null;
        string[] paths = ["etc/my.cnf", "etc/mysql/my.cnf",
            .. ConfigurationFile.In(files, "etc/my.cnf.d", "etc/mysql/conf.d", "etc/mysql/mariadb.conf.d", "etc/mysql/mysql.conf.d")];
        foreach (string path in paths)
        {
            bool isServer = false;
            foreach (string line in ConfigurationFile.ReadLines(files, path))
            {
                if (line.StartsWith('['))
                    isServer = MySqlSections.Contains(line.Trim('[', ']').Split('-')[0]);
                if (!isServer || Setting(line) is not { } setting)
                    continue;
                switch (setting.Key.Replace('_', '-'))
                {
                    case "bind-address":
                        (address, location) = (setting.Value, path);
                        break;
                    case "port":
                        (port, location) = (setting.Value, location ?? path);
                        break;
                    case "skip-networking" when setting.Value is "" or "1" or "on" or "ON":
                        return [];
                }
            }
        }

        location ??= Array.Find(paths, path => files.Find(path) is not null) ?? program;
        return [new Listener(Path.GetFileName(program), Join(address, port ?? MySqlPort), location)];
    }

    private static IEnumerable<Listener> ReadPostgres(MachineFiles files)
    {
        // Debian has a folder for each version, and in it one for each cluster.
        IEnumerable<string> clusters = ConfigurationFile.In(files, "etc/postgresql")
            .SelectMany(version => ConfigurationFile.In(files, version));
        foreach (string path in clusters.Append("var/lib/pgsql/data").Select(folder => $"{folder}/postgresql.conf")
            .Where(path => files.Find(path) is not null))
        {
            string addresses = "localhost", port = PostgresPort;
            foreach ((string key, string value) in ConfigurationFile.ReadLines(files, path).Select(Setting).OfType<(string, string)>())
            {
                if (key == "listen_addresses")
                    addresses = value;
                else if (key == "port")
                    port = value;
            }

            foreach (string address in addresses.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                yield return new Listener("postgresql", Join(address, port), path);
        }
    }

    // KEY = VALUE, the value at times in quotes; a comment may follow. PostgreSQL may leave out the equals sign.
    private static (string Key, string Value)? Setting(string line)
    {
        string text = line.Split('#')[0].Trim();
        if (text.Length == 0 || text[0] is ';' or '[')
            return null;
        int end = text.IndexOfAny(['=', ' ']);
        return end < 0 ? (text, "") : (text[..end], text[end..].TrimStart(' ', '=').Trim('\'', '"'));
    }

    private static string Join(string? address, string port) =>
        string.IsNullOrEmpty(address) ? port : address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}";
}
