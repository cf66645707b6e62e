using Mig.History.Images;

namespace Mig.Machines.Mounts;

/// <summary>A directory of a machine whose files are not among those that are seen.</summary>
/// <param name="Entry">What the machine is told to mount there.</param>
/// <param name="Volume">The volume, which was not looked into; null when it was not found in the image.</param>
internal sealed record MissingMount(MountEntry Entry, ImageVolume? Volume);
