namespace Mig.Machines.Installing.Scripts;

/// <summary>What a script would do.</summary>
/// <param name="Blocked">The line that only the machine itself can run, and why; null when none is reached.</param>
/// <param name="Effects">What it would do to no effect, or mig does instead; one sentence each.</param>
internal sealed record ScriptOutcome(string? Blocked, IReadOnlyList<string> Effects);
