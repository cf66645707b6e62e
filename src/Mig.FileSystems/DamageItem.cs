namespace Mig.FileSystems;

/// <summary>Something that could not be read while what is around it was.</summary>
/// <param name="Name">Which name of the directory that is read; empty for what is read as a whole.</param>
/// <param name="Reason">What is wrong, with its code.</param>
public readonly record struct DamageItem(ReadOnlyMemory<byte> Name, string Reason);
