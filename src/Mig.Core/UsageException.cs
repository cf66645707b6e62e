namespace Mig.Core;

/// <summary>The caller asked for something that makes no sense, such as a malformed ref name or a missing identity.</summary>
public sealed class UsageException(string detail) : MigException(detail);
