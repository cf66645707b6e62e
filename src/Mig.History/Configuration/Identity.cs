using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;
using Mig.History.Revisions;

namespace Mig.History.Configuration;

/// <summary>Finds out who makes a commit, and when.</summary>
/// <remarks>
/// Asked in this order, for name and email each: <c>MIG_AUTHOR_…</c> or <c>MIG_COMMITTER_…</c>, mig's settings <c>author.…</c> or
/// <c>committer.…</c>
/// and <c>user.…</c>, <c>GIT_AUTHOR_…</c> or <c>GIT_COMMITTER_…</c>, Git's settings of this user.
/// </remarks>
/// <param name="config">mig's settings.</param>
/// <param name="environment">Looks up an environment variable.</param>
/// <param name="clock">The time, and the local time zone.</param>
public sealed class Identity(Config config, Func<string, string?> environment, TimeProvider clock)
{
    private readonly Lazy<Config> _git = new(() => LoadGit(environment));

    /// <exception cref="UsageException">Nobody says who it is; the message says which commands to run.</exception>
    public Signature Author() => Resolve("AUTHOR", "author");

    /// <exception cref="UsageException">Nobody says who it is; the message says which commands to run.</exception>
    public Signature Committer() => Resolve("COMMITTER", "committer");

    private Signature Resolve(string role, string section)
    {
        string? name = Find(role, section, "NAME", "name");
        string? email = Find(role, section, "EMAIL", "email");
        if (name is null || email is null)
        {
            string missing = name is null && email is null ? "name and email address" : name is null ? "name" : "email address";
            throw new UsageException(
                $"mig does not know your {missing}, which every commit records; run\n  mig config --global user.name \"Your Name\"\n  mig "
                + "config --global user.email \"you@example.com\"");
        }

        return Signature.Create(name, email, FindDate(role));
    }

    private string? Find(string role, string section, string variable, string key) =>
        Filled(environment($"MIG_{role}_{variable}"))
        ?? Filled(config.Get($"{section}.{key}"))
        ?? Filled(config.Get($"user.{key}"))
        ?? Filled(environment($"GIT_{role}_{variable}"))
        ?? Filled(_git.Value.Get($"{section}.{key}"))
        ?? Filled(_git.Value.Get($"user.{key}"));

    private DateTimeOffset FindDate(string role)
    {
        string variable = $"MIG_{role}_DATE";
        if (Filled(environment(variable)) is not { } text)
        {
            variable = $"GIT_{role}_DATE";
            text = Filled(environment(variable));
        }

        if (text is null)
            return clock.GetLocalNow();
        return DateText.TryParseAbsolute(text, clock, out DateTimeOffset date)
            ? date
            : throw new UsageException($"{variable} is '{text}'; write '@seconds +hhmm' or '2026-01-31T12:00:00+01:00'");
    }

    private static Config LoadGit(Func<string, string?> environment)
    {
        var files = new List<string>();
        if (environment("GIT_CONFIG_GLOBAL") is { } global)
        {
            files.Add(global);
        }
        else
        {
            string? home = Filled(environment("HOME"));
            string? xdg = Filled(environment("XDG_CONFIG_HOME")) ?? (home is null ? null : Path.Combine(home, ".config"));
            if (xdg is not null)
                files.Add(Path.Combine(xdg, "git", "config"));
            if (home is not null)
                files.Add(Path.Combine(home, ".gitconfig"));
        }

        return new Config(files.Where(f => f.Length > 0 && LibC.GetFileType(f) == FileType.Regular)
            .SelectMany(f => new ConfigFile(f, ConfigScope.User).Read(anyEncoding: true).Entries));
    }

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
