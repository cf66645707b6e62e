using Microsoft.Win32.SafeHandles;

namespace Mig.Cli.Terminals;

/// <summary>Connects the serial line of a machine with the terminal: what it prints is shown as it is, what is typed reaches it.</summary>
/// <remarks>On a terminal, Ctrl-] is not passed on: it asks the machine to power down, and the second one switches it off.</remarks>
internal sealed class SerialConsole : IDisposable
{
    private const byte Escape = 0x1D; // Ctrl-]

    private readonly Stream _toMachine;
    private readonly Stream _fromMachine;
    private readonly Stream _output;
    private readonly RawTerminal? _raw;
    private readonly Action _powerDown;
    private readonly Action<ReadOnlyMemory<byte>>? _printed;
    private readonly Thread _shown;
    private Exception? _error;

    /// <param name="powerDown">Called for each Ctrl-].</param>
    /// <param name="printed">Called with what the machine prints, piece by piece.</param>
    public SerialConsole(Stream toMachine, Stream fromMachine, Stream output, bool isTerminal, Action powerDown,
        Action<ReadOnlyMemory<byte>>? printed = null)
    {
        (_toMachine, _fromMachine, _output, _powerDown, _printed) = (toMachine, fromMachine, output, powerDown, printed);
        _raw = isTerminal ? new RawTerminal() : null;
        _shown = new Thread(Show) { IsBackground = true, Name = "console" };
        _shown.Start();

        // It may wait for a key for ever, and ends with the program.
        new Thread(Type) { IsBackground = true, Name = "keys" }.Start();
    }

    /// <summary>Waits until all that the machine printed is shown; it has ended.</summary>
    /// <exception cref="OutputClosedException">The reader of standard output went before the machine.</exception>
    public void Finish()
    {
        _shown.Join();
        Dispose();
        if (_error is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_error);
    }

    public void Dispose() => _raw?.Dispose();

    private void Show()
    {
        byte[] bytes = new byte[1 << 14];
        try
        {
            while (_fromMachine.Read(bytes) is > 0 and int count)
            {
                _printed?.Invoke(bytes.AsMemory(0, count));

                // The machine runs on when nobody listens, and its line must not fill up.
                if (_error is null)
                    Write(bytes.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _output.Write(bytes);
        }
        catch (Exception e) when (e is IOException or OutputClosedException)
        {
            _error = e;
            _powerDown();
        }
    }

    private void Type()
    {
        byte[] bytes = new byte[256];
        try
        {
            using var handle = new SafeFileHandle(0, ownsHandle: false);
            using var input = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            while (input.Read(bytes) is > 0 and int count)
            {
                foreach (byte key in bytes.AsSpan(0, count))
                {
                    if (_raw is not null && key == Escape)
                        _powerDown();
                }

                byte[] passed = _raw is null ? bytes[..count] : [.. bytes.Take(count).Where(key => key != Escape)];
                _toMachine.Write(passed);
                _toMachine.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            // The machine has ended, or standard input cannot be read: then nothing is typed.
        }
    }
}
