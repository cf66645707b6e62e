namespace Mig.Cli.Json;

/// <summary>What sealing did to one path.</summary>
/// <param name="Action"><c>removed</c>, <c>emptied</c> (a file) or <c>cleared</c> (a directory).</param>
internal sealed record SealedPathJson(string Operation, string Action, string Path, long Files, long Bytes);
