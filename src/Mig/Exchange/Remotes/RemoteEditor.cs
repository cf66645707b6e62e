using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.Transfer.Addresses;
using Mig.Versions.Branches;

namespace Mig.Exchange.Remotes;

/// <summary>Adds, removes and renames remotes, with the tracking refs, logs and settings of branches that belong to them.</summary>
public sealed class RemoteEditor(Repository repository)
{
    private const string Section = RemoteConfiguration.Section;
    private const string BranchSection = RemoteConfiguration.BranchSection;

    private readonly RemoteConfiguration _remotes = new(repository);

    private ConfigFile File => Config.RepositoryFile(repository.Folder);

    /// <summary>Adds a remote; nothing is fetched.</summary>
    /// <param name="branches">The branches that a fetch takes; all when empty.</param>
    /// <exception cref="ConflictException">There is one of that name.</exception>
    public void Add(string name, string url, TagFetch tags = TagFetch.Following, IReadOnlyList<string>? branches = null)
    {
        CheckName(name);
        _ = _remotes.AddressOf(url);
        if (_remotes.Exists(name))
            throw new ConflictException(
                $"remote {name} already exists; choose another name, or change its address with 'mig remote set-url {name} ADDRESS'");
        CheckFree(name);
        Update(document => Write(document, name, url, tags, branches ?? []));
    }

    /// <summary>Removes a remote, its tracking refs with their logs, and what branches have to do with it.</summary>
    /// <exception cref="NotFoundException">There is no such remote.</exception>
    public void Remove(string name)
    {
        CheckOwn(name);
        RefTransaction transaction = repository.Refs.BeginTransaction(ReflogSignature.Of(repository));
        foreach (RefName tracking in TrackingRefs(name))
            transaction.Delete(tracking, null, "remote: removed");
        transaction.Configure(document =>
        {
            foreach (ConfigEntry entry in document.Entries.Where(entry => entry.Key.Section == BranchSection && entry.Value == name)
                .ToList())
            {
                if (entry.Key.Name is not ("remote" or "pushremote"))
                    continue;
                document.Unset(entry.Key);
                if (entry.Key.Name == "remote")
                    document.Unset(ConfigKey.Parse($"{BranchSection}.{entry.Key.Subsection}.merge"));
            }

            if (document.GetAll(ConfigKey.Parse($"{Section}.pushdefault")).Contains(name))
                document.Unset(ConfigKey.Parse($"{Section}.pushdefault"));
            document.RemoveSection(Section, name);
        }).Commit();
    }

    /// <summary>Renames a remote, its tracking refs with their logs, and what branches say of it.</summary>
    /// <exception cref="NotFoundException">There is no such remote.</exception>
    /// <exception cref="ConflictException">The new name is taken.</exception>
    public void Rename(string from, string to)
    {
        CheckOwn(from);
        if (from == to)
            return;
        CheckName(to);
        if (_remotes.Exists(to))
            throw new ConflictException($"remote {to} already exists; choose another name");
        CheckFree(to, except: from);
        string oldPrefix = Prefix(from), newPrefix = Prefix(to);
        RefTransaction transaction = repository.Refs.BeginTransaction(ReflogSignature.Of(repository)).LogMovesOnly();
        foreach (RefName name in TrackingRefs(from))
        {
            RefName renamed = Renamed(name);
            string reason = $"remote: renamed {name} to {renamed}";
            if (repository.Refs.ReadSymbolic(name) is { } target)
            {
                transaction.Delete(name, null, reason);
                transaction.SetSymbolic(renamed, target.Value.StartsWith(oldPrefix, StringComparison.Ordinal) ? Renamed(target) : target,
                    reason);
            }
            else
            {
                transaction.Rename(name, renamed, reason: reason);
            }
        }

        transaction.Configure(document => Rename(document, from, to)).Commit();

        RefName Renamed(RefName name) => RefName.Parse(newPrefix + name.Value[oldPrefix.Length..]);
    }

    /// <summary>Changes the addresses of a remote.</summary>
    /// <param name="isPush">Whether those to push to are meant.</param>
    /// <param name="change">What becomes of them.</param>
    /// <param name="old">The address that goes, for <see cref="UrlChange.Replace"/> of one among several and
    /// <see cref="UrlChange.Delete"/>.</param>
    /// <exception cref="NotFoundException">There is no such remote or address.</exception>
    public void SetUrl(string name, bool isPush, UrlChange change, string? url, string? old = null)
    {
        CheckOwn(name);
        if (url is not null)
            _ = _remotes.AddressOf(url);
        var key = ConfigKey.Parse($"{Section}.{name}.{(isPush ? "pushurl" : "url")}");
        Update(document =>
        {
            IReadOnlyList<string?> before = document.GetAll(key);
            if (old is not null && !before.Contains(old))
                throw new NotFoundException($"remote {name} has no address {RemoteAddress.Redact(old)}");
            if (change == UrlChange.Delete && !isPush && before.All(value => value == old))
                throw new ConflictException($"remote {name} would have no address left; 'mig remote remove {name}' removes it");
            List<string> after = change switch
            {
                UrlChange.Add => [.. before.OfType<string>(), url!],
                UrlChange.Delete => [.. before.OfType<string>().Where(value => value != old)],
                _ => old is null && before.Count > 1
                    ? throw new ConflictException(
                        $"remote {name} has {before.Count} addresses; say which one to replace: 'mig remote set-url {name} NEW OLD'")
                    : before.Count == 0 ? [url!] : [.. before.OfType<string>().Select(value => old is null || value == old ? url! : value)],
            };
            document.Unset(key);
            foreach (string value in after)
                document.Add(key, value);
        });
    }

    internal static void Write(ConfigDocument document, string name, string url, TagFetch tags, IReadOnlyList<string> branches)
    {
        document.Add(ConfigKey.Parse($"{Section}.{name}.url"), url);
        foreach (string branch in branches.Count > 0 ? branches : ["*"])
            document.Add(ConfigKey.Parse($"{Section}.{name}.fetch"),
                $"+{RefName.BranchPrefix}{branch}:{RefName.RemotePrefix}{name}/{branch}");
        if (tags != TagFetch.Following)
            document.Set(ConfigKey.Parse($"{Section}.{name}.tagopt"), tags == TagFetch.All ? "--tags" : "--no-tags");
    }

    /// <summary>Refuses what cannot be a part of the name of a ref, or be taken for an option.</summary>
    internal static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.StartsWith('-') || !RefName.IsWellFormed($"{RefName.RemotePrefix}{name}/test"))
            throw new UsageException(
                $"'{name}' cannot be the name of a remote: no spaces, control characters, '~^:?*[\\', '..', no leading '-'");
    }

    private void Update(Action<ConfigDocument> change)
    {
        if (File.Update(change))
            repository.Context.Notice($"note: {File.Path} holds a password, so only you may read it now");
    }

    private static string Prefix(string name) => $"{RefName.RemotePrefix}{name}/";

    private static void Rename(ConfigDocument document, string from, string to)
    {
        var fetch = ConfigKey.Parse($"{Section}.{from}.fetch");
        List<string> refspecs = [.. document.GetAll(fetch).OfType<string>()];
        document.Unset(fetch);
        document.RenameSection(Section, from, Section, to);
        foreach (string refspec in refspecs)
            document.Add(ConfigKey.Parse($"{Section}.{to}.fetch"),
                refspec.Replace(":" + Prefix(from), ":" + Prefix(to), StringComparison.Ordinal));
        foreach (ConfigEntry entry in document.Entries.Where(entry => entry.Value == from).ToList())
        {
            bool isBranch = entry.Key is { Section: BranchSection, Name: "remote" or "pushremote" };
            if (isBranch || entry.Key is { Section: Section, Subsection: null, Name: "pushdefault" }
                or { Section: "extensions", Name: "partialclone" })
                document.ReplaceAll(entry.Key, to);
        }
    }

    private void CheckOwn(string name)
    {
        if (!_remotes.Exists(name))
            throw _remotes.NotFound(name);
        if (!File.Read().Entries.Any(entry => entry.Key.Section == Section && entry.Key.Subsection == name))
            throw new UsageException($"remote {name} is not this repository's; 'mig config --list --show-origin' shows where it is from");
    }

    // Tracking refs of 'a/b' would lie among those of 'a'.
    private void CheckFree(string name, string? except = null)
    {
        foreach (string other in _remotes.Names)
        {
            if (other != except && (name.StartsWith(other + "/", StringComparison.Ordinal)
                || other.StartsWith(name + "/", StringComparison.Ordinal)))
                throw new ConflictException(
                    $"remote {other} exists, and its tracking refs would mix with those of '{name}'; choose another name");
        }
    }

    // Those that another remote fetches into stay.
    private IReadOnlyList<RefName> TrackingRefs(string name)
    {
        string prefix = Prefix(name);
        List<Remote> others = [.. _remotes.Names.Where(other => other != name).Select(_remotes.Read)];
        return [.. repository.Refs.ListNames(prefix).Where(tracking => !others.Exists(other => other.SourceOf(tracking) is not null))];
    }
}
