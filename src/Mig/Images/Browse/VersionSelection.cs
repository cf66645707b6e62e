using System.IO.Enumeration;
using Mig.Core;
using Mig.History.Refs;
using Mig.Machines.Coverage;

namespace Mig.Images.Browse;

/// <summary>Finds the versions that words of a user mean: patterns of branches, such as <c>hosts/*</c>, and revisions.</summary>
public static class VersionSelection
{
    /// <summary>Tells whether a word is a pattern.</summary>
    public static bool IsPattern(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.AsSpan().ContainsAny('*', '?');
    }

    /// <summary>Returns the branches that match a pattern, in the order of their names.</summary>
    /// <exception cref="NotFoundException">None does.</exception>
    public static IReadOnlyList<RefName> FindBranches(Repository repository, string pattern)
    {
        ArgumentNullException.ThrowIfNull(repository);
        RefName[] found = [.. repository.Refs.ListNames(RefName.BranchPrefix)
            .Where(name => FileSystemName.MatchesSimpleExpression(pattern, name.ShortName, ignoreCase: false))];
        return found.Length > 0 ? found : throw new NotFoundException($"no branch matches '{pattern}'; 'mig branch' lists them");
    }

    /// <summary>Returns what the words name, each once; versions that are damaged are left out.</summary>
    public static IReadOnlyList<(string Name, CommitId? Commit, ImageId Image)> Find(
        Repository repository, IEnumerable<string> words, AnswerCoverage coverage)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(coverage);
        var found = new List<(string, CommitId?, ImageId)>();
        foreach ((string name, string revision) in words.SelectMany(word => IsPattern(word)
            ? FindBranches(repository, word).Select(branch => (branch.ShortName, branch.Value)) : [(word, word)])
            .DistinctBy(item => item.Item1))
        {
            coverage.Try(VersionName.Of(name), () =>
            {
                ImageId image = repository.Revisions.ResolveImage(revision);
                CommitId? commit = repository.Revisions.Resolve(revision).Kind == ObjectKind.Image ? null
                    : repository.Revisions.ResolveCommit(revision);
                found.Add((name, commit, image));
            });
        }

        return found;
    }
}
