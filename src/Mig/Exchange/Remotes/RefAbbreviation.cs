using Mig.History.Refs;

namespace Mig.Exchange.Remotes;

/// <summary>Finds the ref that a short name means (gitrevisions(7), "&lt;refname&gt;").</summary>
internal static class RefAbbreviation
{
    private static readonly string[] Places = ["", "refs/", RefName.TagPrefix, RefName.BranchPrefix, RefName.RemotePrefix];

    /// <summary>Returns the first place where such a ref exists; null when there is none.</summary>
    public static RefName? Find(string name, Func<RefName, bool> exists)
    {
        foreach (string place in Places)
        {
            if (RefName.TryParse(place + name, out RefName? candidate) && exists(candidate))
                return candidate;
        }

        return null;
    }

    /// <summary>Returns the names that <see cref="Find"/> would look for, below refs/.</summary>
    public static IEnumerable<string> Candidates(string name) =>
        Places.Select(place => place + name)
            .Where(candidate => candidate.StartsWith("refs/", StringComparison.Ordinal) && RefName.TryParse(candidate, out _));

    /// <summary>Returns the full name of a ref that need not exist yet: a branch, unless more is said.</summary>
    public static RefName Complete(string name) => RefName.Parse(
        name.StartsWith("refs/", StringComparison.Ordinal) ? name
        : name.StartsWith("heads/", StringComparison.Ordinal) || name.StartsWith("tags/", StringComparison.Ordinal)
            || name.StartsWith("remotes/", StringComparison.Ordinal) ? "refs/" + name
        : RefName.BranchPrefix + name);
}
