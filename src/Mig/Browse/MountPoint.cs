using Mig.History.Trees;

namespace Mig.Browse;

/// <summary>A volume in its place in a machine's files.</summary>
/// <param name="Path">From the machine's root, without a slash at either end; empty for the root volume.</param>
/// <param name="Root">The volume's root directory.</param>
internal sealed record MountPoint(string Path, TreeEntry Root);
