using System.Text;
using Mig.Machines.Files;

namespace Mig.Machines.Inventories.Systems;

/// <summary>Reads <c>os-release</c>. Source: os-release(5).</summary>
internal static class OsReleaseFile
{
    private const int MaxSize = 64 << 10;
    private static readonly string[] Paths = ["etc/os-release", "usr/lib/os-release"];

    /// <returns>Null when there is no such file.</returns>
    public static OsRelease? Read(MachineFiles files)
    {
        foreach (string path in Paths)
        {
            if (files.Read(path, MaxSize) is { } content)
                return Parse(Encoding.UTF8.GetString(content));
        }

        return null;
    }

    /// <summary>Reads assignments as a shell would, without expanding anything.</summary>
    public static OsRelease Parse(string text)
    {
        var values = new Dictionary<string, string>();
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#')
                values[line[..equals].Trim()] = Unquote(line[(equals + 1)..].Trim());
        }

        string id = values.GetValueOrDefault("ID", "linux");
        return new OsRelease(
            id,
            values.GetValueOrDefault("VERSION_ID", ""),
            values.GetValueOrDefault("VERSION_CODENAME", ""),
            values.GetValueOrDefault("PRETTY_NAME") ?? values.GetValueOrDefault("NAME", id),
            values.GetValueOrDefault("ID_LIKE", "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] is not ('"' or '\'') || value[^1] != value[0])
            return value;
        bool hasEscapes = value[0] == '"';
        var text = new StringBuilder(value.Length);
        for (int i = 1; i < value.Length - 1; i++)
        {
            if (hasEscapes && value[i] == '\\' && i + 1 < value.Length - 1)
                i++;
            text.Append(value[i]);
        }

        return text.ToString();
    }
}
