namespace Mig.Core;

/// <summary>The user has ended what was being done, and something is left of it on purpose.</summary>
/// <param name="message">Says what is left, and what to do with it.</param>
public sealed class InterruptedException(string message, Exception? inner = null) : OperationCanceledException(message, inner);
