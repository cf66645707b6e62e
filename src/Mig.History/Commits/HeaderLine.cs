namespace Mig.History.Commits;

/// <summary>A header that mig keeps without knowing it, such as a signature.</summary>
/// <param name="Key">Lower-case letters, digits and dashes.</param>
/// <param name="Value">Any text; line breaks inside become continuation lines.</param>
public readonly record struct HeaderLine(string Key, string Value);
