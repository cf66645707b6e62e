namespace Mig.Core;

/// <summary>Someone else was first: a ref moved, a lock is held, a name is taken.</summary>
public class ConflictException(string detail) : MigException(detail);
