namespace Mig.Images.Grep;

/// <summary>A file in which something was found.</summary>
/// <param name="Revision">The version, as it was asked for.</param>
/// <param name="Volume">The volume, such as <c>@2</c>; empty for the one that a path without it means.</param>
/// <param name="Path">From the root of the volume, without a slash before it.</param>
public sealed record GrepFile(string Revision, string Volume, ReadOnlyMemory<byte> Path);
