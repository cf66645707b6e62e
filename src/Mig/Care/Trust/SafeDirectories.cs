using Mig.Core.Host;
using Mig.History.Configuration;

namespace Mig.Care.Trust;

/// <summary>The setting <c>safe.directory</c>, as git-config(1) has it: whose repositories of other users this user trusts.</summary>
/// <remarks>Only what the machine, the user and the command line say counts: a repository does not vouch for itself.</remarks>
internal static class SafeDirectories
{
    public const string Setting = "safe.directory";

    private const string Everything = "*";
    private const string Below = "/*";

    /// <summary>Tells whether a repository is trusted, by the name that it was found by or by the name without links.</summary>
    /// <param name="place">The folder around it; of a bare one, its own.</param>
    /// <param name="folder">Its own folder, which may be named as well.</param>
    public static bool Allow(string place, string folder, RepositoryContext context)
    {
        string[] places = [place, Real(place)], names = [.. places, folder, Real(folder)];
        bool isAllowed = false;
        foreach (string value in Config.Load(null, context.Environment, context.ConfigOverrides).GetAll(Setting))
        {
            // An empty value takes back those before it.
            if (value.Length == 0)
                isAllowed = false;
            else
                isAllowed |= value == Everything || Matches(Expand(value, context), places, names);
        }

        return isAllowed;
    }

    private static bool Matches(string pattern, string[] places, string[] names)
    {
        if (!Path.IsPathRooted(pattern))
            return false;
        bool isPrefix = pattern.EndsWith(Below, StringComparison.Ordinal);
        string path = Path.TrimEndingDirectorySeparator(isPrefix ? pattern[..^Below.Length] : pattern);
        string[] wanted = [path, Real(path.Length == 0 ? "/" : path)];
        return isPrefix
            ? places.Any(place => wanted.Any(folder => place.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal)))
            : names.Any(wanted.Contains);
    }

    private static string Expand(string value, RepositoryContext context) =>
        value.StartsWith("~/", StringComparison.Ordinal) && context.Environment("HOME") is { Length: > 0 } home ? home.TrimEnd('/')
            + value[1..] : value;

    private static string Real(string path) => HostPath.Resolve(path) ?? path;
}
