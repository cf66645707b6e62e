using System.Runtime.InteropServices;

namespace Mig.Cli.Terminals;

/// <summary>Turns the first Ctrl-C, hang-up or termination into a cancellation; the second one ends the program at once.</summary>
/// <remarks>
/// Only for verbs that ask for <see cref="Token"/>. The others are ended by the signal itself, which they all survive: what they write is
/// there as a whole or not at all.
/// </remarks>
internal sealed class Interruption : IDisposable
{
    private const PosixSignal FileSizeLimit = (PosixSignal)25; // SIGXFSZ, on every Linux

    private readonly List<PosixSignalRegistration> _registrations = [];
    private CancellationTokenSource? _source;

    // Without this signal the write fails, and any verb can say so.
    public Interruption() => _registrations.Add(PosixSignalRegistration.Create(FileSizeLimit, static context => context.Cancel = true));

    /// <summary>The signal that came; SIGINT when none did.</summary>
    public PosixSignal Signal { get; private set; } = PosixSignal.SIGINT;

    public CancellationToken Token
    {
        get
        {
            if (_source is null)
            {
                _source = new CancellationTokenSource();
                foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
                    _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
            }

            return _source.Token;
        }
    }

    /// <summary>The token, when somebody has asked for it; else none, for then the signal itself ends the program.</summary>
    public CancellationToken Asked => _source?.Token ?? CancellationToken.None;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source?.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (_source!.IsCancellationRequested)
            return;
        context.Cancel = true;
        Signal = context.Signal;
        _source.Cancel();
    }
}
