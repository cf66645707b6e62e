using System.Globalization;
using Mig.Core;

namespace Mig.Transfer.Transports;

/// <summary>
/// Watches one call, and ends it when the other side is silent or trickles for too long, or when the user has had enough. What this side
/// does meanwhile costs the other one nothing, nor does time in which this program did not run (a laptop that sleeps).
/// </summary>
internal sealed class CallWatch : IDisposable
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(1), ShortestStep = TimeSpan.FromMilliseconds(50);

    private readonly Patience _patience;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _cut;
    private readonly ITimer? _timer;
    private readonly TimeSpan _longestWait;
    private readonly Lock _gate = new();
    private long _waitsSince;
    private bool _isWaiting;
    private TimeSpan _waited;
    private long _moved;
    private bool _mayThink;
    private string? _tooSlow;

    public CallWatch(Patience patience, TimeProvider clock, CancellationToken cancellation)
    {
        (_patience, _clock) = (patience, clock);
        _cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (patience.Time <= TimeSpan.Zero || patience.BytesPerSecond <= 0)
            return;
        TimeSpan step = patience.Time / 4;
        step = step > LongestStep ? LongestStep : step < ShortestStep ? ShortestStep : step;
        _longestWait = 2 * step;
        _timer = clock.CreateTimer(_ => Look(), null, step, step);
    }

    /// <summary>Cancelled when the call shall end.</summary>
    public CancellationToken Token => _cut.Token;

    /// <summary>Whether the other side was too slow.</summary>
    public bool IsTooSlow => Volatile.Read(ref _tooSlow) is not null;

    /// <summary>From now on this side waits for the other one.</summary>
    public void BeginWait()
    {
        lock (_gate)
        {
            if (!_isWaiting)
                (_isWaiting, _waitsSince) = (true, _clock.GetTimestamp());
        }
    }

    /// <summary>From now on it does not.</summary>
    public void EndWait()
    {
        lock (_gate)
            Pause();
    }

    /// <summary>Bytes went to the other side, or came.</summary>
    public void Moved(long bytes, bool isAnswer)
    {
        lock (_gate)
        {
            if (isAnswer && _mayThink && bytes > 0)
                (_mayThink, _waited, _moved) = (false, TimeSpan.Zero, 0);
            _moved += bytes;
        }
    }

    /// <summary>Everything was asked; now the other side is to answer.</summary>
    /// <param name="mayThink">Whether it may have much to do before.</param>
    public void Asked(bool mayThink)
    {
        lock (_gate)
            (_mayThink, _waited, _moved) = (mayThink, TimeSpan.Zero, 0);
    }

    /// <summary>Says that the other side was too slow.</summary>
    public RemoteException TooSlow(string peer) => new(RemoteCodes.Silent, string.Create(
        CultureInfo.InvariantCulture,
        $"{peer} {_tooSlow}, less than {_patience.BytesPerSecond} bytes a second (http.lowSpeedLimit, http.lowSpeedTime); ")
        + "look whether it runs and can be reached, then try again");

    /// <summary>Ends the call if the other side was too slow; the timer comes here.</summary>
    internal void Look()
    {
        lock (_gate)
        {
            bool isWaiting = _isWaiting;
            Pause();
            TimeSpan window = _mayThink ? _patience.Time * Patience.ThinkingFactor : _patience.Time;
            if (_waited >= window)
            {
                if (_moved < _patience.BytesPerSecond * window.TotalSeconds)
                    _tooSlow ??= string.Create(CultureInfo.InvariantCulture, $"moved {_moved} bytes in {_waited.TotalSeconds:0} s");
                (_waited, _moved) = (TimeSpan.Zero, 0);
            }

            (_isWaiting, _waitsSince) = (isWaiting, _clock.GetTimestamp());
        }

        if (!IsTooSlow)
            return;
        try
        {
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended meanwhile.
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _cut.Dispose();
    }

    private void Pause()
    {
        // Looks come one step after the other; a longer time than that is one in which nobody looked.
        if (_isWaiting && _clock.GetElapsedTime(_waitsSince) is var waited)
            _waited += waited < _longestWait ? waited : _longestWait;
        _isWaiting = false;
    }
}
