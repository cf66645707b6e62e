namespace Mig.History.Diffs.Text;

/// <summary>Lines that were replaced by others.</summary>
/// <param name="Before">The first line of the earlier text that is gone, from 0.</param>
/// <param name="Removed">How many are gone.</param>
/// <param name="After">The first line of the later text that is new.</param>
/// <param name="Added">How many are new.</param>
public readonly record struct LineChange(int Before, int Removed, int After, int Added);
