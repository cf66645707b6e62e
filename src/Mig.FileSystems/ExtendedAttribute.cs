namespace Mig.FileSystems;

/// <summary>An extended attribute with its full name (<c>user.comment</c>, <c>security.capability</c>).</summary>
public sealed record ExtendedAttribute(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);
