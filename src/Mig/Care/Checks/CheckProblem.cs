namespace Mig.Care.Checks;

/// <summary>Something that is wrong with a repository: one sentence with what, where, and what it means.</summary>
/// <param name="Code">A code from docs/errors.md.</param>
public sealed record CheckProblem(string Code, string Message);
