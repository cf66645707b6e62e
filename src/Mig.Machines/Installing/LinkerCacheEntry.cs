namespace Mig.Machines.Installing;

/// <summary>A library in the linker's cache.</summary>
/// <param name="Name">What programs ask for.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Flags">Of which kind it is.</param>
/// <param name="Version">The oldest kernel that it runs on; 0 where that is not kept.</param>
/// <param name="Hardware">What the processor must have.</param>
internal sealed record LinkerCacheEntry(string Name, string Path, uint Flags, uint Version, ulong Hardware);
