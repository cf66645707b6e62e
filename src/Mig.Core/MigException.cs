namespace Mig.Core;

/// <summary>
/// The root of every error that mig reports on purpose. The message is one sentence or two: where, what was found, what is allowed, what to
/// do.
/// </summary>
public abstract class MigException : Exception
{
    protected MigException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
