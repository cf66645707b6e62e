using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text;

namespace Mig.Exchange.Hooks;

/// <summary>Feeds a hook and takes what it says, while it runs.</summary>
internal sealed class HookStreams
{
    private const int BufferSize = 1 << 14;

    private readonly Process _process;
    private readonly Action<ReadOnlyMemory<byte>> _output;
    private readonly Lock _gate = new();
    private readonly Task _all;
    private bool _isClosed;
    private ExceptionDispatchInfo? _error;

    public HookStreams(Process process, HookCall call)
    {
        _process = process;
        _output = call.Output;
        _all = Task.WhenAll(
            Task.Run(() => Feed(call.Input)),
            Task.Run(() => Take(process.StandardOutput.BaseStream)),
            Task.Run(() => Take(process.StandardError.BaseStream)));
    }

    /// <summary>Takes the rest of what the hook said; after this nothing more is passed on.</summary>
    /// <param name="patience">How long to wait for those that the hook has left running with its streams.</param>
    /// <remarks>Throws what the taker of the output threw; the hook was heard out all the same, or it would never have ended.</remarks>
    public void Finish(TimeSpan patience)
    {
        _ = _all.Wait(patience);

        // A reader that is left ends when the last of them does; what they say until then is nobody's.
        lock (_gate)
            _isClosed = true;
        _error?.Throw();
    }

    private async Task Feed(IReadOnlyList<string> lines)
    {
        try
        {
            await using Stream input = _process.StandardInput.BaseStream;
            var text = new StringBuilder();
            foreach (string line in lines)
                text.Append(line).Append('\n');
            await input.WriteAsync(Encoding.UTF8.GetBytes(text.ToString())).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A hook need not read what it is given.
        }
    }

    private async Task Take(Stream stream)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                Pass(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process was disposed of while something held its streams open.
        }
    }

    private void Pass(ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            try
            {
                _output(bytes);
            }
            catch (Exception e)
            {
                _error = ExceptionDispatchInfo.Capture(e);
                _isClosed = true;
            }
        }
    }
}
