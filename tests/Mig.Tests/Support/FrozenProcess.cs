using System.Diagnostics;
using System.Globalization;

namespace Mig.Tests.Support;

/// <summary>
/// The program, stopped just before one of its system calls until it is told to go on: what others do meanwhile happens exactly there.
/// </summary>
internal sealed class FrozenProcess : IDisposable
{
    private readonly string _log = Path.GetTempFileName();
    private readonly Process _strace;
    private readonly Task<(int ExitCode, string Output)> _end;

    /// <param name="call">The system call.</param>
    /// <param name="number">Which one of that name, from 1.</param>
    public FrozenProcess(string call, int number, params string[] arguments)
        : this([], call, number, arguments)
    {
    }

    /// <param name="call">The system call.</param>
    /// <param name="path">The file that it is about.</param>
    /// <param name="number">Which one of that name about that file, from 1.</param>
    public FrozenProcess(string call, string path, int number, params string[] arguments)
        : this(["-P", path], call, number, arguments)
    {
    }

    private FrozenProcess(string[] filter, string call, int number, string[] arguments)
    {
        _strace = MigProgram.Start(["strace", "-f", "-qq", "-o", _log, .. filter, "-e", $"trace={call}", "-e",
            $"inject={call}:signal=SIGSTOP:when={number}"], arguments);
        _end = Task.Run(() => MigProgram.Finish(_strace), TestContext.Current.CancellationToken);
        while (!_end.IsCompleted && !IsFrozen)
            Thread.Sleep(2);
        IsFrozen = !_end.IsCompleted;
    }

    /// <summary>Whether it got as far as that call, and waits there.</summary>
    public bool IsFrozen
    {
        get => field || (HasStopped() && FindTraced() is { } process && ReadState(process) is 'T' or 't' && IsStopped(process));
        private set;
    }

    /// <summary>Lets it go on to its end.</summary>
    public (int ExitCode, string Output) Thaw()
    {
        // A stop may take effect a moment after it is seen to come, and would outlive one signal to go on.
        while (!_end.IsCompleted)
        {
            if (FindTraced() is { } process)
                Testing.Tool.Try("kill", "-CONT", process);
            _end.Wait(TimeSpan.FromMilliseconds(20));
        }

        return _end.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        if (!_end.IsCompleted)
            _strace.Kill(entireProcessTree: true);
        _strace.Dispose();
        File.Delete(_log);
    }

    // Where the machine is busy, any tracing stop may last; strace tells the one that was asked for.
    private bool HasStopped()
    {
        using var log = new StreamReader(File.Open(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return log.ReadToEnd().Contains("--- stopped by SIGSTOP ---", StringComparison.Ordinal);
    }

    // A traced thread is in a tracing stop for a moment at each call; a stop that lasts is the one that was asked for.
    private static bool IsStopped(string process)
    {
        for (int look = 0; look < 5; look++)
        {
            Thread.Sleep(3);
            if (ReadThreads(process).Any(state => state is not ('T' or 't')))
                return false;
        }

        return true;
    }

    private static List<char> ReadThreads(string process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process}/task")
                .Select(task => ReadState($"{process}/task/{Path.GetFileName(task)}"))];
        }
        catch (DirectoryNotFoundException)
        {
            return ['X'];
        }
    }

    private string? FindTraced()
    {
        try
        {
            string id = _strace.Id.ToString(CultureInfo.InvariantCulture);
            string child = File.ReadAllText($"/proc/{id}/task/{id}/children").Trim().Split(' ')[0];
            return child.Length > 0 ? child : null;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return null; // it has ended
        }
    }

    private static char ReadState(string process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            return text[text.LastIndexOf(')') + 2];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 'X';
        }
    }
}
