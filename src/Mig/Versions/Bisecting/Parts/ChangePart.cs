namespace Mig.Versions.Bisecting.Parts;

/// <summary>A part of what changed between two versions, which cannot be divided: a package, an account, a file.</summary>
/// <param name="Title">What it is, for people: <c>package openssl 3.0.15-1 -> 3.0.17-1</c>, <c>file /etc/hosts</c>.</param>
/// <param name="Paths">Its paths as the command line has them, sorted.</param>
public sealed record ChangePart(string Title, IReadOnlyList<string> Paths);
