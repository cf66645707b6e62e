namespace Mig.Compare;

/// <summary>A package that differs.</summary>
/// <param name="Before">The version that was installed; null when none was.</param>
/// <param name="After">The version that is installed.</param>
public sealed record PackageChange(string Name, string Architecture, string? Before, string? After);
