using Mig.History.Trees;

namespace Mig.Machines.Files;

/// <summary>A file or directory of a machine.</summary>
/// <param name="Path">From the machine's root, without a slash at either end; bytes that are not UTF-8 are replaced.</param>
/// <param name="Entry">What stands there; a hard link is followed to the entry that has the content.</param>
public sealed record MachineFile(string Path, TreeEntry Entry);
