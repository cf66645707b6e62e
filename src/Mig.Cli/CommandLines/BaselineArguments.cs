using System.CommandLine;
using Mig.Core;
using Mig.Machines.Baselines;
using Mig.Versions.Baselines;

namespace Mig.Cli.CommandLines;

/// <summary>The options that say which baselines are meant, and where the feeds that they name are.</summary>
internal sealed class BaselineArguments
{
    public const string Usage = "[--baseline NAME|FILE]... [--feed NAME=PATH]...";

    private readonly Option<string[]> _baseline = new("--baseline")
    {
        HelpName = "NAME|FILE", Description = "A baseline of the repository, or a file; without it, all of the repository count",
        Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string[]> _feed = new("--feed")
    {
        HelpName = "NAME=PATH", Description = "Where a feed is that rules name; one beside a baseline's own file is found without",
        Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false,
    };

    public ReadOnlySpan<Option> All => new Option[] { _baseline, _feed };

    /// <exception cref="UsageException">None is there, or one is not as it must be.</exception>
    public IReadOnlyList<Baseline> Read(ParseResult arguments, Repository repository)
    {
        var store = new BaselineStore(repository);
        string[] named = arguments.GetValue(_baseline) ?? [];
        Baseline[] found = [.. (named.Length > 0 ? named.Select(name => Read(store, name)) : store.List().Select(store.Read))];
        return found.Length > 0 ? found
            : throw new UsageException("the repository has no baseline; 'mig baseline set NAME FILE' keeps one, '--baseline FILE' "
                + "takes a file");
    }

    public BaselineFeeds ReadFeeds(ParseResult arguments, IReadOnlyList<Baseline> baselines)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string item in arguments.GetValue(_feed) ?? [])
        {
            if (item.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var at) || at == item.Length - 1)
                throw new UsageException($"'{item}' does not say which feed is where; it is written as in '--feed debian.json=PATH'");
            paths[item[..at]] = item[(at + 1)..];
        }

        return BaselineFeeds.Read(baselines, paths);
    }

    private static Baseline Read(BaselineStore store, string name)
    {
        bool isFile = File.Exists(name), isKept = store.Contains(name);
        return isFile && isKept ? throw new UsageException($"'{name}' is both a baseline of the repository and a file; write "
            + $"./{name} for the file")
            : isFile || (!isKept && name.Contains('/', StringComparison.Ordinal)) ? Baseline.Read(name) : store.Read(name);
    }
}
