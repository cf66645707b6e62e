namespace Mig.Care.Checks;

/// <summary>Why the two views of a disk cannot be said to agree.</summary>
/// <param name="Code">A code from docs/errors.md: VIEW-001 where they differ, VIEW-002 where that could not be found out.</param>
/// <param name="Message">What differs, and where, in words that follow the name of the disk.</param>
internal sealed record ViewDifference(string Code, string Message)
{
    public static ViewDifference Of(string message) => new("VIEW-001", message);

    public static ViewDifference Unknown(string message) => new("VIEW-002", message);
}
