namespace Mig.Transfer.Transports;

/// <summary>
/// The line to the other side failed: a fault of neither this side's disk nor its memory, so that another try may do better.
/// </summary>
internal sealed class LineException(Exception inner) : IOException(inner.Message, inner);
