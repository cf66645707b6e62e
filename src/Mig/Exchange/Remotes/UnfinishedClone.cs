using System.Globalization;
using Mig.Care.Trust;
using Mig.Core;
using Mig.History.Configuration;

namespace Mig.Exchange.Remotes;

/// <summary>
/// A clone that was broken off: what it was asked for stands in its configuration until it is done, so that the same clone goes on with it.
/// </summary>
internal static class UnfinishedClone
{
    private const string Prefix = "clone.unfinished";
    private static readonly ConfigKey Key = ConfigKey.Parse(Prefix);

    /// <summary>Notes what is being cloned.</summary>
    public static void Note(ConfigDocument document, CloneOptions options, string remoteName)
    {
        document.Unset(Key);
        foreach (string line in Describe(options, remoteName))
            document.Add(Key, line);
    }

    /// <summary>Says that it is done.</summary>
    public static void Forget(ConfigDocument document) => document.Unset(Key);

    /// <summary>Returns what the clone in a folder was asked for; null when there is none that is unfinished.</summary>
    /// <param name="folder">The folder that was to be made.</param>
    public static IReadOnlyList<string>? Find(string folder, RepositoryContext context)
    {
        if (!Directory.Exists(folder))
            return null;
        foreach (string candidate in (string[])[Path.Combine(folder, Repository.FolderName), folder])
        {
            if (!RepositoryFinder.IsRepository(candidate))
                continue;
            using Repository repository = Repository.Open(candidate, context);
            IReadOnlyList<string> lines = [.. repository.Config.GetAll(Prefix).OfType<string>()];
            return lines.Count > 0 ? lines : null;
        }

        return null;
    }

    /// <summary>Says what a clone is asked for, so that two can be compared.</summary>
    public static IReadOnlyList<string> Describe(CloneOptions options, string remoteName)
    {
        var lines = new List<string> { "address=" + options.Address, "origin=" + remoteName };
        if (options.IsBare)
            lines.Add("bare=true");
        if (options.Branch is { } branch)
            lines.Add("branch=" + branch);
        if (options.Depth is { } depth)
            lines.Add("depth=" + depth.ToString(CultureInfo.InvariantCulture));
        if (options.IsSingleBranch is { } isSingle)
            lines.Add("single=" + (isSingle ? "true" : "false"));
        if (options.WithoutContent)
            lines.Add("filter=content");
        return lines;
    }

    /// <summary>Makes options of it again.</summary>
    /// <param name="folder">The folder of the clone.</param>
    public static CloneOptions Read(IReadOnlyList<string> lines, string folder)
    {
        Dictionary<string, string> values = lines.Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts.ElementAtOrDefault(1) ?? "");
        return new CloneOptions
        {
            Address = values.GetValueOrDefault("address")
                ?? throw new NotFoundException($"{folder} says that a clone was broken off, and not of what: delete it and clone anew"),
            Directory = folder,
            BaseFolder = Environment.CurrentDirectory,
            RemoteName = values.GetValueOrDefault("origin"),
            IsBare = values.ContainsKey("bare"),
            Branch = values.GetValueOrDefault("branch"),
            Depth = values.TryGetValue("depth", out string? depth) ? int.Parse(depth, CultureInfo.InvariantCulture) : null,
            IsSingleBranch = values.TryGetValue("single", out string? single) ? single == "true" : null,
            WithoutContent = values.ContainsKey("filter"),
        };
    }
}
