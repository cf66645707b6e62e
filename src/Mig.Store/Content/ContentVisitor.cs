namespace Mig.Store.Content;

/// <summary>Receives the next bytes of a file's content; they are valid during the call only.</summary>
public delegate void ContentVisitor(ReadOnlySpan<byte> bytes);
