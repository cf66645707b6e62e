using Mig.Core;

namespace Mig.Nbd;

/// <summary>A client may not have what it asked for.</summary>
/// <param name="message">What it is told.</param>
public sealed class NbdRefusedException(string message) : MigException(message);
