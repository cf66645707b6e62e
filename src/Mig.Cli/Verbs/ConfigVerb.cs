using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.History.Configuration;

namespace Mig.Cli.Verbs;

internal sealed class ConfigVerb : Verb
{
    public const string Summary = "Reads and changes settings";

    private readonly Argument<string[]> _words = new("KEY") { Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _global = new("--global") { Description = "Only the settings of this user, for all repositories" };
    private readonly Option<bool> _local = new("--local") { Description = "Only the settings of this repository" };
    private readonly Option<bool> _system = new("--system") { Description = "Only the settings of this machine" };
    private readonly Option<bool> _get = new("--get") { Description = "Prints the value that counts" };
    private readonly Option<bool> _getAll = new("--get-all") { Description = "Prints all values, the one that counts last" };
    private readonly Option<bool> _add = new("--add") { Description = "Adds a value to those that are there" };
    private readonly Option<bool> _unset = new("--unset") { Description = "Takes a setting away" };
    private readonly Option<bool> _unsetAll = new("--unset-all") { Description = "Takes a setting away with all its values" };
    private readonly Option<bool> _list = new("--list", "-l") { Description = "Prints all settings" };
    private readonly Option<bool> _origin = new("--show-origin") { Description = "Says which file each value is from" };

    public ConfigVerb()
        : base("config", Summary)
    {
        Add(_global, _local, _system, _get, _getAll, _add, _unset, _unsetAll, _list, _origin);
        Add(_words);
    }

    public override IReadOnlyList<string> Usage =>
    [
        "config [--global | --local | --system] [--get | --get-all] KEY",
        "config [--global | --local | --system] [--add] KEY VALUE",
        "config [--global | --local | --system] (--unset | --unset-all) KEY",
        "config [--global | --local | --system] --list [--show-origin] [--json]",
    ];

    public override string Description =>
        "Settings come from the machine, the user, the repository and the command line; later ones win. A change goes to the\n"
        + "repository's settings, unless another place is named. Reading a setting that does not exist ends with 1.";

    public override IReadOnlyList<(string Command, string Meaning)> Examples =>
    [
        ("mig config --global user.name 'Ada Lovelace'", "says who you are, for all repositories"),
        ("mig config core.compression 9", "stores smaller and slower in this repository"),
        ("mig config user.name", "prints the value that counts"),
        ("mig config --list --show-origin", "prints all settings and where they are from"),
    ];

    public override CompletionKind Completes => CompletionKind.Settings;

    public override bool HasJson => true;

    public override int Run(ParseResult arguments, Session session)
    {
        string[] words = arguments.GetValue(_words) ?? [];
        if (arguments.GetValue(_list))
            return List(arguments, session);
        if (words.Length == 0)
            throw new UsageException("name a setting, as in 'mig config user.name', or give --list");
        ConfigKey key = ConfigKey.Parse(words[0]);
        bool unsets = arguments.GetValue(_unset) || arguments.GetValue(_unsetAll);
        bool adds = arguments.GetValue(_add);
        bool reads = arguments.GetValue(_get) || arguments.GetValue(_getAll) || (words.Length == 1 && !unsets && !adds);
        int most = reads || unsets ? 1 : 2;
        if (words.Length > most)
            throw new UsageException($"'{words[most]}' is one argument too many; a value with spaces stands between quotes");
        if (reads)
            return Get(key, arguments, session);
        if (adds && words.Length < 2)
            throw new UsageException($"--add needs a value for {key}");
        return Change(key, unsets ? null : words[1], arguments, session);
    }

    private int Get(ConfigKey key, ParseResult arguments, Session session)
    {
        IEnumerable<ConfigEntry> found = Entries(arguments, session).Where(entry => entry.Key.Equals(key));
        if (!arguments.GetValue(_getAll))
            found = found.TakeLast(1);
        bool any = false;
        foreach (ConfigEntry entry in found)
        {
            any = true;
            session.Output.WriteLine(Origin(entry, arguments) + (entry.Value ?? ""));
        }

        // As Git: scripts ask in order to find out, so there is nothing to say.
        return any ? ExitCode.Success : ExitCode.NotFound;
    }

    private int List(ParseResult arguments, Session session)
    {
        IEnumerable<ConfigEntry> entries = Entries(arguments, session);
        if (session.IsJson)
        {
            session.WriteJson(
                entries.Select(entry => new SettingJson(
                    entry.Key.ToString(), entry.Value, entry.Scope.ToString().ToLowerInvariant(), entry.Source, entry.Line)),
                MigJson.Default.SettingJson);
            return ExitCode.Success;
        }

        foreach (ConfigEntry entry in entries)
            session.Output.WriteLine(Origin(entry, arguments) + SafeText.Line(entry.Key.ToString())
                + (entry.Value is null ? "" : "=" + SafeText.Text(entry.Value)));
        return ExitCode.Success;
    }

    private int Change(ConfigKey key, string? value, ParseResult arguments, Session session)
    {
        int removed = 0;
        ConfigFile file = File(arguments, session) ?? Config.RepositoryFile(session.Repository.Folder);
        bool adds = arguments.GetValue(_add);
        bool isClosed = file.Update(document =>
        {
            if (value is null)
            {
                int count = document.GetAll(key).Count;
                if (count > 1 && !arguments.GetValue(_unsetAll))
                    throw new ConflictException($"{key} has {count} values in {file.Path}; --unset-all takes them all away");
                removed = document.Unset(key);
            }
            else if (adds)
            {
                document.Add(key, value);
            }
            else
            {
                document.Set(key, value);
            }
        });
        if (isClosed)
            session.Say($"note: {file.Path} holds a token or a password, so only you may read it now");
        return value is not null || removed > 0 ? ExitCode.Success : throw new NotFoundException($"{key} is not set in {file.Path}");
    }

    private IReadOnlyList<ConfigEntry> Entries(ParseResult arguments, Session session)
    {
        if (File(arguments, session) is { } file)
            return file.Read().Entries;
        return session.FindRepository() is { } repository
            ? repository.Config.Entries
            : Config.Load(null, session.Context.Environment, session.Context.ConfigOverrides).Entries;
    }

    private ConfigFile? File(ParseResult arguments, Session session)
    {
        bool isGlobal = arguments.GetValue(_global), isLocal = arguments.GetValue(_local), isSystem = arguments.GetValue(_system);
        if ((isGlobal ? 1 : 0) + (isLocal ? 1 : 0) + (isSystem ? 1 : 0) > 1)
            throw new UsageException("give one of --global, --local and --system");
        if (isGlobal)
            return Config.UserFile(session.Context.Environment)
                ?? throw new UsageException("this user has no home; set HOME, XDG_CONFIG_HOME or MIG_CONFIG_GLOBAL");
        return isSystem ? Config.SystemFile(session.Context.Environment) : isLocal ? Config.RepositoryFile(session.Repository.Folder)
            : null;
    }

    private string Origin(ConfigEntry entry, ParseResult arguments) =>
        !arguments.GetValue(_origin) ? "" : $"{(entry.Line == 0 ? entry.Source : "file:" + SafeText.Name(entry.Source))}\t";
}
