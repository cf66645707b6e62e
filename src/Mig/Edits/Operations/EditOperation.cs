namespace Mig.Edits.Operations;

/// <summary>One change to the files of a volume, as plain data; <see cref="OperationRunner"/> carries it out.</summary>
/// <param name="Path">Raw bytes from the volume's root, with or without a slash at the beginning.</param>
public abstract record EditOperation(ReadOnlyMemory<byte> Path);
