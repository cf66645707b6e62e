using System.Diagnostics.CodeAnalysis;
using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Configuration;

/// <summary>The name of a setting: <c>section.name</c> or <c>section.subsection.name</c>. Only the subsection tells case apart.</summary>
public sealed record ConfigKey
{
    internal ConfigKey(string section, string? subsection, string name)
    {
        Section = section.ToLowerInvariant();
        Subsection = subsection;
        Name = name.ToLowerInvariant();
    }

    /// <summary>Lower case.</summary>
    public string Section { get; }

    /// <summary>Null when there is none.</summary>
    public string? Subsection { get; }

    /// <summary>Lower case.</summary>
    public string Name { get; }

    /// <exception cref="UsageException">The name is malformed.</exception>
    public static ConfigKey Parse(string text) => TryParse(text, out ConfigKey? key)
        ? key
        : throw new UsageException($"'{text}' cannot be the name of a setting; write section.name or section.subsection.name");

    public static bool TryParse(string text, [NotNullWhen(true)] out ConfigKey? key)
    {
        ArgumentNullException.ThrowIfNull(text);
        key = null;
        int first = text.IndexOf('.', StringComparison.Ordinal);
        int last = text.LastIndexOf('.');
        if (first < 1)
            return false;
        string section = text[..first];
        string name = text[(last + 1)..];
        string? subsection = first == last ? null : text[(first + 1)..last];
        if (!IsSection(section) || !IsName(name) || (subsection is not null && !IsSubsection(subsection)))
            return false;
        key = new ConfigKey(section, subsection, name);
        return true;
    }

    public override string ToString() => Subsection is null ? $"{Section}.{Name}" : $"{Section}.{Subsection}.{Name}";

    internal static bool IsSection(string text) => text.Length > 0 && text.All(IsNameChar);

    internal static bool IsName(string text) => text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(IsNameChar);

    internal static bool IsSubsection(string text) => text.AsSpan().IndexOfAny('\n', '\0') < 0 && Utf8Text.IsWellFormed(text);

    internal static bool IsNameChar(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';
}
