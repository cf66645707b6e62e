namespace Mig.Machines.Inventories;

/// <summary>The operating system, as its <c>os-release</c> says. Source: os-release(5).</summary>
/// <param name="Id">In lower case, such as <c>debian</c>.</param>
/// <param name="VersionId">Such as <c>12</c>; empty for systems without versions.</param>
/// <param name="Codename">Such as <c>bookworm</c>.</param>
/// <param name="PrettyName">For people.</param>
/// <param name="IdLike">Systems that it derives from, the nearest first.</param>
public sealed record OsRelease(string Id, string VersionId, string Codename, string PrettyName, IReadOnlyList<string> IdLike);
