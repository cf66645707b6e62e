using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;

namespace Mig.Cli;

/// <summary>The program <c>mig</c>: gives the command line its terminal. Nothing else touches <see cref="Console"/>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        using var interruption = new Interruption();
        using var terminal = new Terminal
        {
            Output = new TextOutput(new StandardStream(StandardStream.OutputDescriptor)),
            Error = new TextOutput(new StandardStream(StandardStream.ErrorDescriptor)),
            IsInputTerminal = !Console.IsInputRedirected,
            IsOutputTerminal = !Console.IsOutputRedirected,
            IsErrorTerminal = !Console.IsErrorRedirected,
            Width = () => Console.WindowWidth,
            OpenInput = Console.OpenStandardInput,
            Interruption = interruption,
        };
        return MigCommandLine.Run(RawArguments.Restore(arguments), terminal);
    }
}
