namespace Mig.Archives.Ar;

/// <summary>A member of an ar archive.</summary>
/// <param name="Name">Without the slash or spaces at its end.</param>
/// <param name="Length">Bytes of its content.</param>
public sealed record ArMember(string Name, long Length);
