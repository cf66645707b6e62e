namespace Mig.Store;

/// <summary>Receives one wanted blob, verified; from several threads at once. The bytes are valid during the call only.</summary>
/// <param name="index">Which of the wanted ones.</param>
public delegate void BlobVisitor(int index, ReadOnlySpan<byte> bytes);
