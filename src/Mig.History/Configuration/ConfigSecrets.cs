namespace Mig.History.Configuration;

/// <summary>Tells whether a configuration holds what others must not read.</summary>
internal static class ConfigSecrets
{
    // Settings that are secrets by their names, whatever their section.
    private static readonly string[] s_names = ["token", "password"];

    public static bool AreIn(ConfigDocument document) => document.Entries.Any(IsSecret);

    private static bool IsSecret(ConfigEntry entry) =>
        (entry.Value is { Length: > 0 } value
            && (s_names.Contains(entry.Key.Name) || HasPassword(value) || value.Contains("password=", StringComparison.OrdinalIgnoreCase)))
        || (entry.Key.Subsection is { } subsection && HasPassword(subsection));

    // https://user:password@host: in an address, or in the pattern that replaces one.
    private static bool HasPassword(string text)
    {
        int start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return false;
        ReadOnlySpan<char> authority = text.AsSpan(start + 3);
        int end = authority.IndexOf('/');
        authority = end < 0 ? authority : authority[..end];
        int at = authority.LastIndexOf('@');
        return at > 0 && authority[..at].IndexOf(':') is var colon and >= 0 && colon < at - 1;
    }
}
