using System.Globalization;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Configuration;

namespace Mig.Versions.Branches;

/// <summary>
/// Says who moved a ref. A commit needs a real name; looking at an old version does not, so a user without one is called as the system
/// calls them.
/// </summary>
internal static class ReflogSignature
{
    public static Signature Of(Repository repository)
    {
        RepositoryContext context = repository.Context;
        try
        {
            return repository.Identity.Committer();
        }
        catch (UsageException)
        {
            string user = System.Environment.UserName is { Length: > 0 } name ? name : "unknown";
            string email = string.Create(CultureInfo.InvariantCulture, $"{user}@{System.Environment.MachineName}");
            Config fallback = new([Setting("user.name", user), Setting("user.email", email)]);

            // What else was wrong, such as a malformed date, is said now.
            return new Identity(fallback, context.Environment, context.Clock).Committer();
        }
    }

    private static ConfigEntry Setting(string key, string value) =>
        new(ConfigKey.Parse(key), value, ConfigScope.System, "the system's user", 0);
}
