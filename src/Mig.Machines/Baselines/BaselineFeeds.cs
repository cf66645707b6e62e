using Mig.Core;
using Mig.Machines.Audits;

namespace Mig.Machines.Baselines;

/// <summary>
/// The feeds of vulnerabilities that baselines name. A baseline that came from a repository names no file of this machine: the user
/// says where its feeds are.
/// </summary>
public sealed class BaselineFeeds
{
    private readonly Dictionary<string, VulnerabilityFeed> _feeds = new(StringComparer.Ordinal);

    /// <summary>Reads the feeds that baselines name.</summary>
    /// <param name="paths">Where feeds are, by name.</param>
    /// <exception cref="NotFoundException">A feed is not there; the message says which rule names it.</exception>
    /// <exception cref="CorruptImageException">FEED-001 or FEED-002: a file is of no form that is known.</exception>
    public static BaselineFeeds Read(IReadOnlyList<Baseline> baselines, IReadOnlyDictionary<string, string> paths)
    {
        ArgumentNullException.ThrowIfNull(baselines);
        ArgumentNullException.ThrowIfNull(paths);
        var feeds = new BaselineFeeds();
        foreach (Baseline baseline in baselines)
        {
            foreach (VulnerabilityRule rule in baseline.Rules.OfType<VulnerabilityRule>())
            {
                string? path = paths.GetValueOrDefault(rule.Feed)
                    ?? (baseline.Folder is { } folder ? Path.Combine(folder, rule.Feed) : null);
                if (path is null || (!File.Exists(path) && !Directory.Exists(path)))
                    throw new NotFoundException($"{baseline.Name}, line {rule.Line}: "
                        + $"{(path is null ? $"where the feed '{rule.Feed}' is was not said" : $"the feed {path} does not exist")}; "
                        + $"say where it is with '--feed {rule.Feed}=PATH'");
                if (feeds._feeds.ContainsKey(rule.Feed))
                    continue;
                var feed = new VulnerabilityFeed();
                feed.Add(path);
                feeds._feeds.Add(rule.Feed, feed);
            }
        }

        return feeds;
    }

    internal VulnerabilityFeed Get(string name) => _feeds[name];
}
