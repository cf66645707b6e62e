using System.Diagnostics;
using System.Globalization;
using Mig.Core;

namespace Mig.Cli.Terminals;

/// <summary>One line on a terminal that says how far work has come, how fast it is, and how long it will take.</summary>
internal sealed class ProgressBar : IProgressSink, IDisposable
{
    private const int BarWidth = 20;
    /// <summary>How long work takes before a bar is worth it.</summary>
    public static readonly TimeSpan DefaultDelay = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly TextOutput _output;
    private readonly Func<int> _width;
    private readonly bool _showsAtOnce;
    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private string _phase = "";
    private long _total;
    private long _done;
    private long _started;
    private bool _isShown;
    private bool _isDisposed;
    private bool _gaveWay;

    /// <param name="delay">How long nothing is shown; zero draws even what is over at once.</param>
    public ProgressBar(TextOutput output, Func<int> width, TimeSpan delay)
    {
        _output = output;
        _width = width;
        _showsAtOnce = delay == TimeSpan.Zero;
        _timer = new Timer(_ => Show(), null, delay, Interval);
    }

    public void Begin(string phase, long totalBytes)
    {
        lock (_lock)
        {
            _phase = SafeText.Line(phase);
            _gaveWay = false;
            _total = totalBytes;
            _started = Stopwatch.GetTimestamp();
            _ = Interlocked.Exchange(ref _done, 0);
        }

        if (_showsAtOnce)
            Show();
    }

    public void Advance(long bytes) => _ = Interlocked.Add(ref _done, bytes);

    /// <summary>Leaves the line to others until the next work begins.</summary>
    public void GiveWay()
    {
        lock (_lock)
        {
            if (_isShown && !_isDisposed)
                Draw("");
            _gaveWay = true;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        if (_showsAtOnce)
            Show();
        lock (_lock)
        {
            _isDisposed = true;
            if (_isShown)
                Draw("");
        }
    }

    /// <summary>The line, as it is drawn.</summary>
    internal static string Format(string phase, long done, long total, TimeSpan elapsed, int width)
    {
        double rate = elapsed.TotalSeconds > 0 ? done / elapsed.TotalSeconds : 0;
        string text = $" {Sizes.Bytes(done)}";
        if (total > 0)
        {
            double part = Math.Clamp((double)done / total, 0, 1);
            int filled = (int)(part * BarWidth);
            text = $" [{new string('#', filled)}{new string('.', BarWidth - filled)}] "
                + $"{((int)(part * 100)).ToString(CultureInfo.InvariantCulture),3} %{text} of {Sizes.Bytes(total)}";
        }

        text += $", {Sizes.Bytes((long)rate)}/s";
        if (total > 0 && rate > 0 && done < total)
            text += $", {Duration(TimeSpan.FromSeconds(Math.Min((total - done) / rate, 359_999)))} left";
        int room = Math.Max(width - 1, 10);
        int phaseRoom = Math.Max(room - text.Length, 0);
        if (phase.Length > phaseRoom)
            phase = phaseRoom < 2 ? "" : phase[..(phaseRoom - 1)] + "…";
        text = phase + text;
        return text.Length > room ? text[..room] : text;
    }

    private static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    private void Show()
    {
        lock (_lock)
        {
            if (_isDisposed || _gaveWay || _started == 0)
                return;
            int width = _width();
            Draw(Format(_phase, Interlocked.Read(ref _done), _total, Stopwatch.GetElapsedTime(_started), width > 0 ? width : 80));
        }
    }

    private void Draw(string line)
    {
        _isShown = line.Length > 0;
        try
        {
            _output.Write("\r").Write(line).Write("\e[K").Flush();
        }
        catch (Exception e) when (e is OutputClosedException or IOException)
        {
            _isDisposed = true; // nobody looks
        }
    }
}
