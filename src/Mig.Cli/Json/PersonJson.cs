using Mig.History.Commits;

namespace Mig.Cli.Json;

/// <summary>Who, and when: ISO 8601 with the person's own time zone.</summary>
internal sealed record PersonJson(string Name, string Email, string Date)
{
    public static PersonJson Of(Signature signature) =>
        new(signature.Name, signature.Email,
            signature.Time.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture));
}
