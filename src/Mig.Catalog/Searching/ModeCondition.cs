namespace Mig.Catalog.Searching;

/// <summary>Which permission bits an entry has, as <c>find -perm</c> has it.</summary>
/// <param name="Bits">The bits.</param>
/// <param name="Match">How they are meant.</param>
public readonly record struct ModeCondition(int Bits, ModeMatch Match);
