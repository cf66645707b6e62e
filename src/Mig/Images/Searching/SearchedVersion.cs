using Mig.Core;

namespace Mig.Images.Searching;

/// <summary>A version that was searched, and what it is called.</summary>
/// <param name="Id">The commit.</param>
/// <param name="Names">What it was asked for as, or short names of the refs on it; else its place on a line, such as <c>main~3</c>, or its
/// short id. Never none.</param>
/// <param name="Line">The line of first parents that it is on, by the name of its end; empty when it is on none that was searched.</param>
/// <param name="Distance">How many steps back on that line.</param>
public sealed record SearchedVersion(CommitId Id, IReadOnlyList<string> Names, string Line, int Distance);
