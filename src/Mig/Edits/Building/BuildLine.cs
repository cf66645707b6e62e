namespace Mig.Edits.Building;

/// <summary>An instruction of a Migfile.</summary>
/// <param name="Number">Of its first line, from 1.</param>
/// <param name="Word">What is to be done, in capitals.</param>
/// <param name="Text">What follows on the line, joined where it went on.</param>
/// <param name="Options">What begins with <c>--</c>; one without a value has an empty one.</param>
/// <param name="Arguments">The other words.</param>
public sealed record BuildLine(
    int Number, string Word, string Text, IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Arguments)
{
    /// <summary>The line as it is shown and remembered.</summary>
    public string Title => Text.Length == 0 ? Word : $"{Word} {Text}";
}
