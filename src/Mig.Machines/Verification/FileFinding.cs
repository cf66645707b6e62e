namespace Mig.Machines.Verification;

/// <summary>A file that is not as its package left it.</summary>
/// <param name="Path">From the machine's root, without a leading slash.</param>
/// <param name="Package">Empty when no package has the file.</param>
/// <param name="IsConfiguration">Whether users are expected to change it.</param>
/// <param name="Expected">The digest, link target or permissions that were recorded; empty when that says nothing.</param>
/// <param name="Actual">What there is instead.</param>
public sealed record FileFinding(FindingKind Kind, string Path, string Package, bool IsConfiguration, string Expected, string Actual);
