namespace Mig.Hostile.Tests;

/// <summary>A version that breaks the format, and the code that names what is wrong.</summary>
/// <param name="Code">What <c>mig fsck</c> says.</param>
/// <param name="AddBranch">Adds it to the repository in a folder, as a branch.</param>
internal sealed record Lie(string Code, Action<string, string> AddBranch)
{
    /// <summary>What who receives it says.</summary>
    public required string ReceivedCode { get; init; }
}
