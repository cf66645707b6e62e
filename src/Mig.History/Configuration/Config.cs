using System.Globalization;
using Mig.Core;

namespace Mig.History.Configuration;

/// <summary>
/// All settings that hold: of the system, the user, the repository, and this command, later ones winning. Read once, for many threads.
/// </summary>
public sealed class Config
{
    private readonly Dictionary<ConfigKey, List<ConfigEntry>> _byKey = [];

    /// <param name="entries">Settings, weakest first.</param>
    public Config(IEnumerable<ConfigEntry> entries)
    {
        Entries = [.. entries];
        foreach (ConfigEntry entry in Entries)
        {
            if (!_byKey.TryGetValue(entry.Key, out List<ConfigEntry>? values))
                _byKey.Add(entry.Key, values = []);
            values.Add(entry);
        }
    }

    /// <summary>No settings at all.</summary>
    public static Config Empty { get; } = new([]);

    /// <summary>All settings, weakest first.</summary>
    public IReadOnlyList<ConfigEntry> Entries { get; }

    /// <summary>Reads the settings that hold.</summary>
    /// <param name="repositoryFolder">The folder <c>.mig</c>; null outside a repository.</param>
    /// <param name="environment">Looks up an environment variable.</param>
    /// <param name="overrides">Settings of the command line, <c>key=value</c> or <c>key</c>.</param>
    public static Config Load(string? repositoryFolder, Func<string, string?> environment, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var entries = new List<ConfigEntry>();
        entries.AddRange(SystemFile(environment).Read().Entries);
        if (UserFile(environment) is { } user)
            entries.AddRange(user.Read().Entries);
        if (repositoryFolder is not null)
            entries.AddRange(RepositoryFile(repositoryFolder).Read().Entries);
        entries.AddRange(FromEnvironment(environment));
        entries.AddRange((overrides ?? []).Select(ParseOverride));
        return new Config(entries);
    }

    /// <summary><c>/etc/mig/config</c>, or what <c>MIG_CONFIG_SYSTEM</c> says.</summary>
    public static ConfigFile SystemFile(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new ConfigFile(NotEmpty(environment("MIG_CONFIG_SYSTEM")) ?? "/etc/mig/config", ConfigScope.System);
    }

    /// <summary>
    /// <c>$XDG_CONFIG_HOME/mig/config</c>, <c>~/.config/mig/config</c>, or what <c>MIG_CONFIG_GLOBAL</c> says; null for a user without a
    /// home.
    /// </summary>
    public static ConfigFile? UserFile(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? path = NotEmpty(environment("MIG_CONFIG_GLOBAL"))
            ?? (NotEmpty(environment("XDG_CONFIG_HOME")) is { } xdg ? Path.Combine(xdg, "mig", "config")
            : NotEmpty(environment("HOME")) is { } home ? Path.Combine(home, ".config", "mig", "config") : null);
        return path is null ? null : new ConfigFile(path, ConfigScope.User);
    }

    /// <summary>The file <c>config</c> of a repository.</summary>
    public static ConfigFile RepositoryFile(string repositoryFolder) =>
        new(Path.Combine(repositoryFolder, "config"), ConfigScope.Repository);

    /// <summary>
    /// Returns the strongest value of a setting; null when it is not set. A name without <c>=</c> counts as the empty text.
    /// </summary>
    public string? Get(string key) => Last(key) is { } entry ? entry.Value ?? "" : null;

    /// <summary>Returns all values of a setting, weakest first.</summary>
    public IReadOnlyList<string> GetAll(string key) =>
        _byKey.TryGetValue(ConfigKey.Parse(key), out List<ConfigEntry>? entries) ? [.. entries.Select(e => e.Value ?? "")] : [];

    /// <exception cref="UsageException">The value is no truth.</exception>
    public bool GetBoolean(string key, bool whenNotSet)
    {
        if (Last(key) is not { } entry)
            return whenNotSet;
        return ConfigValue.TryParseBoolean(entry.Value, out bool value) ? value : throw Bad(entry, "true or false");
    }

    /// <exception cref="UsageException">The value is no whole number, or outside the limits.</exception>
    public long GetInteger(string key, long whenNotSet, long least = long.MinValue, long most = long.MaxValue)
    {
        if (Last(key) is not { } entry)
            return whenNotSet;
        if (!ConfigValue.TryParseInteger(entry.Value, out long value))
            throw Bad(entry, "a whole number, perhaps with k, m or g behind it");
        return value >= least && value <= most ? value
            : throw Bad(entry, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
    }

    /// <summary>Returns the subsections of a section, such as the names of remotes, in the order in which they appear.</summary>
    public IReadOnlyList<string> Subsections(string section) =>
        [.. Entries.Where(e => e.Key.Subsection is not null && e.Key.Section.Equals(section, StringComparison.OrdinalIgnoreCase))
            .Select(e => e.Key.Subsection!).Distinct()];

    private static IEnumerable<ConfigEntry> FromEnvironment(Func<string, string?> environment)
    {
        if (NotEmpty(environment("MIG_CONFIG_COUNT")) is not { } count)
            yield break;
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > 10_000)
            throw new UsageException($"MIG_CONFIG_COUNT is '{count}'; it must be a number from 0 to 10000");
        for (int i = 0; i < number; i++)
        {
            string variable = string.Create(CultureInfo.InvariantCulture, $"MIG_CONFIG_KEY_{i}");
            string key = environment(variable) ?? throw new UsageException($"{variable} is not set, but MIG_CONFIG_COUNT is {number}");
            string value = environment(string.Create(CultureInfo.InvariantCulture, $"MIG_CONFIG_VALUE_{i}"))
                ?? throw new UsageException($"MIG_CONFIG_VALUE_{i} is not set, but MIG_CONFIG_COUNT is {number}");
            yield return new ConfigEntry(ConfigKey.Parse(key), value, ConfigScope.Command, variable, 0);
        }
    }

    private static ConfigEntry ParseOverride(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return new ConfigEntry(ConfigKey.Parse(equals < 0 ? text : text[..equals]), equals < 0 ? null : text[(equals + 1)..],
            ConfigScope.Command, "command line", 0);
    }

    private static UsageException Bad(ConfigEntry entry, string needed) => new(entry.Line == 0
        ? $"{entry.Key} is '{entry.Value}' ({entry.Source}); it must be {needed}"
        : $"{entry.Key} is '{entry.Value}' in {entry.Source}, line {entry.Line}; it must be {needed}");

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private ConfigEntry? Last(string key) =>
        _byKey.TryGetValue(ConfigKey.Parse(key), out List<ConfigEntry>? entries) ? entries[^1] : null;
}
