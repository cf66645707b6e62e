namespace Mig.Edits.Deriving;

/// <summary>A row of a table.</summary>
/// <param name="Line">The line that it begins on, from 1.</param>
/// <param name="Values">One for each column.</param>
public sealed record CsvRow(int Line, IReadOnlyList<string> Values);
