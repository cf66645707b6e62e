using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mig.Exchange.Hooks;

/// <summary>Starts programs of the user with the signals that they expect.</summary>
internal static partial class ChildSignals
{
    private const int BrokenPipe = 13;

    static ChildSignals()
    {
        // abs(3) does nothing that matters, is there, and may be called at any moment.
        if (NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "abs", out nint nothing))
            _ = SetSignal(BrokenPipe, nothing);
    }

    /// <summary>
    /// As <see cref="Process.Start(ProcessStartInfo)"/>, but a pipe whose reader has gone ends the program quietly, as it would from a
    /// shell.
    /// </summary>
    /// <remarks>
    /// .NET ignores SIGPIPE, and a program that it starts inherits that: in a script, <c>cat | head</c> would complain, and a shell cannot
    /// undo it. A signal with a handler is set back to its default for the program, so it gets one that does nothing: this process sees
    /// EPIPE as before.
    /// </remarks>
    public static Process Start(ProcessStartInfo start) => Process.Start(start)!;

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint handler);
}
