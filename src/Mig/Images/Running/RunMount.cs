using Mig.Core;

namespace Mig.Images.Running;

/// <summary>A volume in its place.</summary>
/// <param name="Disk">The name of the disk.</param>
/// <param name="Range">Where it lies on the disk.</param>
/// <param name="Types">The kernel's file systems to try, separated by commas.</param>
/// <param name="Path">From the root of the machine, without slashes at the ends and without links; empty for the root.</param>
internal sealed record RunMount(string Disk, ByteRange Range, string Types, string Path);
