namespace Mig.Core;

/// <summary>
/// A repository is another user's, and its hooks and settings could run programs. The message says whose it is, and how to trust it.
/// </summary>
public sealed class UntrustedRepositoryException(string detail) : MigException(detail);
