using Mig.Core;
using Mig.History.Configuration;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Transfer.Addresses;

namespace Mig.Exchange.Remotes;

/// <summary>What a repository's configuration says about remotes.</summary>
public sealed class RemoteConfiguration(Repository repository)
{
    internal const string Section = "remote";
    internal const string BranchSection = "branch";

    private const string DefaultName = "origin";

    /// <summary>The names of all remotes, sorted.</summary>
    public IReadOnlyList<string> Names =>
        [.. repository.Config.Entries.Where(IsRemote).Select(entry => entry.Key.Subsection!).Distinct().Order(StringComparer.Ordinal)];

    public bool Exists(string name) => repository.Config.Entries.Any(entry => IsRemote(entry) && entry.Key.Subsection == name);

    /// <summary>Reads a remote, or takes an address for one.</summary>
    /// <exception cref="NotFoundException">There is no remote of that name, and it looks like no address; near names are
    /// offered.</exception>
    public Remote Read(string nameOrAddress)
    {
        ArgumentNullException.ThrowIfNull(nameOrAddress);
        if (!Exists(nameOrAddress))
        {
            // What people type begins where they stand; what a configuration says, at the repository.
            if (Directory.Exists(nameOrAddress))
                nameOrAddress = Path.GetFullPath(nameOrAddress);
            if (nameOrAddress.AsSpan().ContainsAny('/', ':', '~') || nameOrAddress is "." or ".."
                || Directory.Exists(Path.Combine(BaseFolder, nameOrAddress)))
                return new Remote(null, [Rewrite(nameOrAddress)], [Rewrite(nameOrAddress)], [], []);
            throw NotFound(nameOrAddress);
        }

        Config config = repository.Config;
        string prefix = $"{Section}.{nameOrAddress}.";
        IReadOnlyList<string> urls = [.. Given("url").Select(Rewrite)];
        IReadOnlyList<string> pushUrls = [.. Given("pushurl").Select(Rewrite)];
        return new Remote(
            nameOrAddress,
            urls,
            pushUrls.Count > 0 ? pushUrls : urls,
            [.. config.GetAll(prefix + "fetch").Select(Refspec.ParseFetch)],
            [.. config.GetAll(prefix + "push").Select(Refspec.ParsePush)])
        {
            Tags = config.Get(prefix + "tagopt") switch { "--tags" => TagFetch.All, "--no-tags" => TagFetch.None, _ => TagFetch.Following },
            Prunes = config.GetBoolean(prefix + "prune", config.GetBoolean("fetch.prune", false)),
            IsPromisor = config.GetBoolean(prefix + "promisor", false),
            IsSkipped = config.GetBoolean(prefix + "skipfetchall", config.GetBoolean(prefix + "skipdefaultupdate", false)),
        };

        // As in Git, an empty value takes back those before it.
        IEnumerable<string> Given(string key)
        {
            IReadOnlyList<string> values = config.GetAll(prefix + key);
            return values.Skip(values.ToList().FindLastIndex(value => value.Length == 0) + 1);
        }
    }

    /// <summary>The remote that a fetch means when it is told none: the branch's, else the only one, else <c>origin</c>.</summary>
    public string DefaultFor(RefName? branch)
    {
        if (branch is not null && repository.Config.Get($"{BranchSection}.{branch.ShortName}.remote") is { Length: > 0 } configured)
            return configured;
        IReadOnlyList<string> names = Names;
        return names.Count == 1 ? names[0] : DefaultName;
    }

    /// <summary>The remote that a push means when it is told none.</summary>
    public string PushDefaultFor(RefName? branch)
    {
        string? configured = branch is null ? null : repository.Config.Get($"{BranchSection}.{branch.ShortName}.pushremote");
        return configured ?? repository.Config.Get($"{Section}.pushdefault") ?? DefaultFor(branch);
    }

    /// <summary>Reads an address: a relative folder begins at the folder that holds the repository.</summary>
    public RemoteAddress AddressOf(string url) => RemoteAddress.Parse(url, BaseFolder);

    internal NotFoundException NotFound(string name) =>
        new($"there is no remote '{name}'.{NearNames.Suggest(name, Names)} 'mig remote add {name} ADDRESS' makes it");

    private string BaseFolder => repository.Folder.EndsWith("/" + Repository.FolderName, StringComparison.Ordinal)
        ? Path.GetDirectoryName(repository.Folder)! : repository.Folder;

    private static bool IsRemote(ConfigEntry entry) =>
        entry.Key is { Section: Section, Subsection.Length: > 0 } && entry.Key.Name is "url" or "pushurl" or "fetch";

    // url.BASE.insteadOf: the longest beginning that fits is replaced by BASE.
    private string Rewrite(string url)
    {
        ConfigEntry? best = repository.Config.Entries
            .Where(entry => entry is { Key: { Section: "url", Subsection: not null, Name: "insteadof" }, Value.Length: > 0 }
                && url.StartsWith(entry.Value, StringComparison.Ordinal))
            .MaxBy(entry => entry.Value!.Length);
        return best is null ? url : best.Key.Subsection + url[best.Value!.Length..];
    }
}
