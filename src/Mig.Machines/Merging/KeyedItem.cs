namespace Mig.Machines.Merging;

/// <summary>A line or stanza of a file that is a table, one character for each byte, line breaks included.</summary>
/// <param name="Key">What it is about; unique in its file.</param>
internal sealed record KeyedItem(string Key, string Text);
