namespace Mig.Archives;

/// <summary>An extended attribute of a member.</summary>
/// <param name="Name">With its namespace, such as <c>user.origin</c>; any bytes.</param>
public readonly record struct ArchiveXattr(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);
