namespace Mig.Core;

/// <summary>A revision, path, disk or setting that was asked for by name does not exist.</summary>
/// <param name="detail">What was asked for, and near names where there are some.</param>
public sealed class NotFoundException(string detail) : MigException(detail);
