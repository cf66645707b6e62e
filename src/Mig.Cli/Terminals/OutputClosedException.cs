namespace Mig.Cli.Terminals;

/// <summary>Whoever read the output has gone, as <c>head</c> does. No error: there is just nothing left to do.</summary>
internal sealed class OutputClosedException : Exception;
