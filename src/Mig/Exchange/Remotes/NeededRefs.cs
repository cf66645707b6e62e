using Mig.History.Refs;
using Mig.Transfer;

namespace Mig.Exchange.Remotes;

/// <summary>Works out which of the other side's refs a command needs to see: those are asked for, not all.</summary>
internal static class NeededRefs
{
    // What one question may name.
    private const int MostParts = 64;

    /// <summary>Returns what a fetch chooses from; null for all.</summary>
    /// <param name="merge">What the current branch follows there; null when it follows nothing there.</param>
    public static RefChoice? OfFetch(Remote remote, IReadOnlyList<Refspec> given, RefName? merge, TagFetch tags)
    {
        List<string> prefixes = [], names = [];
        foreach (Refspec refspec in (given.Count > 0 ? given : remote.Fetch).Where(refspec => !refspec.IsNegative))
        {
            if (refspec.IsPattern)
                prefixes.Add(BeforeStar(refspec.Source));
            else if (refspec.Source is not ("" or "HEAD"))
                names.AddRange(RefAbbreviation.Candidates(refspec.Source));
        }

        if (given.Count == 0 && merge is not null)
            names.Add(merge.Value);
        if (tags != TagFetch.None)
            prefixes.Add(RefName.TagPrefix);
        return Limit(prefixes, names);
    }

    /// <summary>Returns what a push looks at; null for all.</summary>
    /// <param name="head">The current branch here.</param>
    public static RefChoice? OfPush(IReadOnlyList<Refspec> refspecs, RefName? head)
    {
        List<string> prefixes = [], names = [];
        foreach (Refspec refspec in refspecs.Where(refspec => !refspec.IsNegative))
        {
            string name = string.IsNullOrEmpty(refspec.Destination) ? refspec.Source : refspec.Destination;
            if (refspec.IsMatching)
                prefixes.Add(RefName.BranchPrefix);
            else if (refspec.IsPattern)
                prefixes.Add(BeforeStar(name));
            else if (name == RefName.Head.Value && head is not null)
                names.Add(head.Value);
            else
                names.AddRange(RefAbbreviation.Candidates(name));
        }

        return Limit(prefixes, names);
    }

    private static string BeforeStar(string pattern) => pattern[..pattern.IndexOf('*', StringComparison.Ordinal)];

    // Rather a folder of them than too many.
    private static RefChoice? Limit(List<string> prefixes, List<string> names)
    {
        var choice = new RefChoice(prefixes, names);
        if (choice.Parts.Count > MostParts)
            choice = new RefChoice(choice.Parts.Select(part => part.Text[..(part.Text.LastIndexOf('/') + 1)]), []);
        return choice.Parts.Count > MostParts || choice.Prefixes.Any(prefix => !prefix.StartsWith("refs/", StringComparison.Ordinal)) ? null
            : choice;
    }
}
