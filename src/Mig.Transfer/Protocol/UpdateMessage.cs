namespace Mig.Transfer.Protocol;

/// <summary>A ref that shall move; ids are 64 hexadecimal digits, absent for none.</summary>
internal sealed record UpdateMessage(string Name, string? Old = null, string? New = null, bool Force = false);
