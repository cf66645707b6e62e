using Mig.History.Configuration;

namespace Mig.Exchange.Remotes.Credentials;

/// <summary>Finds settings that are for some URLs only, such as <c>http.&lt;url&gt;.token</c>.</summary>
internal static class UrlSettings
{
    /// <summary>Returns the value of the best match, the strongest of equals; null when nothing matches.</summary>
    /// <param name="orGeneral">Whether <c>section.name</c> counts where no URL matches.</param>
    public static ConfigEntry? Find(Config config, string section, string name, Uri url, bool orGeneral)
    {
        ConfigEntry? best = null;
        (int, int, int) score = (-1, -1, -1);
        foreach (ConfigEntry entry in config.Entries)
        {
            if (entry.Key.Section != section || !entry.Key.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            (int, int, int)? match = entry.Key.Subsection is { } pattern ? UrlPattern.Match(pattern, url) : orGeneral ? (-1, -1, -1) : null;
            if (match is { } found && found.CompareTo(score) >= 0)
                (best, score) = (entry, found);
        }

        return best;
    }

    /// <summary>Returns all values that hold for a URL, in order; an empty one takes back those before it, as in Git.</summary>
    public static IReadOnlyList<string> FindAll(Config config, string section, string name, Uri url)
    {
        var values = new List<string>();
        foreach (ConfigEntry entry in config.Entries)
        {
            if (entry.Key.Section != section || !entry.Key.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                || (entry.Key.Subsection is { } pattern && UrlPattern.Match(pattern, url) is null))
                continue;
            if (string.IsNullOrEmpty(entry.Value))
                values.Clear();
            else
                values.Add(entry.Value);
        }

        return values;
    }
}
