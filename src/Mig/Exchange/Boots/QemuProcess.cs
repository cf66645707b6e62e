using System.Diagnostics;
using Mig.Core;
using Mig.Core.Host;
using Mig.Exchange.Hooks;

namespace Mig.Exchange.Boots;

/// <summary>A QEMU that runs, and that ends with this program whatever ends that.</summary>
internal sealed class QemuProcess : IDisposable
{
    private const int MostKeptLines = 5;

    private readonly Thread _thread;
    private readonly TaskCompletionSource<Process> _started = new();
    private readonly Queue<string> _lastLines = new();

    /// <param name="say">Takes what it prints on standard error, a line at a time.</param>
    public QemuProcess(QemuProgram program, IReadOnlyList<string> arguments, Func<string, string?> environment, Action<string> say)
    {
        // Its parent, to the kernel, is the thread that started it: so one that lives as long.
        _thread = new Thread(() => Run(Wrap(program.Path, arguments, environment), say)) { IsBackground = true, Name = "qemu" };
        _thread.Start();
        Process = _started.Task.GetAwaiter().GetResult();
    }

    public Process Process { get; }

    public bool IsOver => Process.HasExited;

    /// <summary>The last lines that it printed, when it has ended.</summary>
    public string LastWords => string.Join("; ", _lastLines);

    /// <summary>Waits for its end.</summary>
    public bool Wait(TimeSpan patience) => _thread.Join(patience);

    public void Kill()
    {
        try
        {
            Process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It is gone already.
        }
    }

    public void Dispose()
    {
        Kill();
        _thread.Join();
        Process.Dispose();
    }

    // In a session of its own, so that Ctrl-C comes here alone: it asks the machine to power down, where QEMU would switch it off. With
    // util-linux, QEMU is killed when this program is.
    private static List<string> Wrap(string program, IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var words = new List<string>();
        if (HostPrograms.Find("setsid", environment) is { } setsid)
            words.Add(setsid);
        if (HostPrograms.Find("setpriv", environment) is { } setpriv)
            words.AddRange([setpriv, "--pdeathsig", "KILL"]);
        return [.. words, program, .. arguments];
    }

    private void Run(List<string> words, Action<string> say)
    {
        try
        {
            var start = new ProcessStartInfo(words[0], words[1..])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            _started.SetResult(ChildSignals.Start(start));
        }
        catch (Exception e)
        {
            _started.SetException(e);
            return;
        }

        Process process = _started.Task.Result;
        while (process.StandardError.ReadLine() is { } line)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > MostKeptLines)
                _lastLines.Dequeue();
            say(line);
        }

        process.WaitForExit();
    }
}
