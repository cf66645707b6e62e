namespace Mig.Transfer.Protocol;

/// <summary>What a server says of itself and its repository.</summary>
internal sealed record HelloMessage(int Protocol, int Format, string Program);
