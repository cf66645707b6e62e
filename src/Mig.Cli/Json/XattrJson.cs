namespace Mig.Cli.Json;

/// <summary>An extended attribute; the value in base64.</summary>
internal sealed record XattrJson(string Name, byte[] Value);
