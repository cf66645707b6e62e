namespace Mig.Cli.Terminals;

/// <summary>What stands around the program: where results and messages go, and what is at the other end.</summary>
internal sealed class Terminal : IDisposable
{
    /// <summary>Results.</summary>
    public required TextOutput Output { get; init; }

    /// <summary>Everything else.</summary>
    public required TextOutput Error { get; init; }

    public required bool IsInputTerminal { get; init; }

    public required bool IsOutputTerminal { get; init; }

    public required bool IsErrorTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public required Func<int> Width { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Ctrl-C.</summary>
    public required Interruption Interruption { get; init; }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }
}
