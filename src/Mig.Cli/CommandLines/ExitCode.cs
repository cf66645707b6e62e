using System.Runtime.InteropServices;
using Mig.Cli.Terminals;
using Mig.Core;
using Mig.Edits.Building;
using Mig.Exchange.Hooks;

namespace Mig.Cli.CommandLines;

/// <summary>How the program ends, and what it says about it. The numbers are documented in docs/guide/exit-codes.md.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int NotFound = 1;
    public const int Refused = 1;
    public const int Differs = 1;
    public const int Usage = 2;
    public const int Conflict = 3;
    public const int InputOutput = 4;
    public const int Findings = 5;
    public const int Incomplete = 6;
    public const int CorruptImage = 20;
    public const int Unsupported = 21;
    public const int CorruptStore = 22;
    public const int Remote = 23;
    public const int Bug = 255;

    private const int Signalled = 128;
    private const int BrokenPipeSignal = 13;

    /// <summary>The one place where errors become numbers.</summary>
    public static int Report(Exception error, Terminal terminal, Palette palette)
    {
        Exception cause = error is AggregateException { InnerException: { } inner } ? inner : error;
        (int code, string message) = Find(cause, terminal);
        if (message.Length > 0)
            Say(terminal, $"{palette.Red("error:")} {SafeText.Text(message)}");
        return code;
    }

    private static (int Code, string Message) Find(Exception cause, Terminal terminal) => cause switch
    {
        OutputClosedException => (Signalled + BrokenPipeSignal, ""),
        InterruptedException => (Signalled + NumberOf(terminal.Interruption.Signal), cause.Message),
        OperationCanceledException => (Signalled + NumberOf(terminal.Interruption.Signal), "interrupted; nothing was left half done"),
        NotFoundException => (NotFound, cause.Message),
        HookRefusedException => (Refused, cause.Message),
        UsageException or UntrustedRepositoryException => (Usage, cause.Message),
        ConflictException => (Conflict, cause.Message),
        BuildStepException { InnerException: { } why } => (Find(why, terminal).Code, cause.Message),
        CorruptImageException => (CorruptImage, cause.Message),
        UnsupportedFeatureException => (Unsupported, cause.Message),
        CorruptStoreException => (CorruptStore, cause.Message),
        RemoteException => (Remote, cause.Message),
        UnauthorizedAccessException or IOException => (InputOutput, $"{cause.Message.TrimEnd('.')}{Advice(cause)}"),
        _ => (Bug, $"{cause.GetType().Name}: {cause.Message}\nThis is a bug in mig, not your mistake. Please report it with the "
            + $"command you ran and these lines:\n{cause.StackTrace}"),
    };

    public static void Say(Terminal terminal, string line)
    {
        try
        {
            terminal.Error.WriteLine(line).Flush();
        }
        catch (Exception e) when (e is IOException or OutputClosedException)
        {
            // There is nowhere to say that nothing can be said.
        }
    }

    private static int NumberOf(PosixSignal signal) => signal switch { PosixSignal.SIGTERM => 15, PosixSignal.SIGHUP => 1, _ => 2 };

    // HResult of an IOException is the errno of Linux.
    private static string Advice(Exception error) => error is UnauthorizedAccessException || error.HResult is 13
        ? "; run mig as a user who may, or change the permissions"
        : error.HResult switch
        {
            28 => "; make room there or choose another place, then run the command again: what was complete before is intact",
            122 => "; your quota there is used up: make room or choose another place, then run the command again",
            30 => "; the file system is mounted read-only: choose another place, or mount it writable",
            5 => "; the medium reports an error: look at 'dmesg', and save what is on it before anything else",
            24 or 23 => "; raise the limit of open files ('ulimit -n') and run the command again",
            27 => "; the file system there cannot hold a file this large: choose another place",
            _ => "",
        };
}
