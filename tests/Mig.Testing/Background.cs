using System.Runtime.ExceptionServices;

namespace Mig.Testing;

/// <summary>
/// Repeats an action on a thread of its own until disposed; what it threw is thrown then, unless the test has failed already.
/// </summary>
public sealed class Background : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stop;
    private ExceptionDispatchInfo? _error;

    public Background(Action action)
    {
        _thread = new Thread(() =>
        {
            try
            {
                while (!_stop)
                {
                    action();
                    Rounds++;
                }
            }
            catch (Exception e)
            {
                _error = ExceptionDispatchInfo.Capture(e);
            }
        });
        _thread.Start();
    }

    /// <summary>How often the action has run.</summary>
    public int Rounds { get; private set; }

    /// <summary>Ends the thread and throws what it threw.</summary>
    public void Stop()
    {
        _stop = true;
        _thread.Join();
        _error?.Throw();
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }
}
