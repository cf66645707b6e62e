using System.Runtime.InteropServices;

namespace Mig.Cli.Terminals;

/// <summary>Makes the terminal on standard input pass every key as it is pressed, Ctrl-C among them, until this is disposed.</summary>
internal sealed unsafe partial class RawTerminal : IDisposable
{
    private const int Input = 0;
    private const int Now = 0; // TCSANOW
    private const int Room = 128; // struct termios has 60 bytes on Linux

    private readonly byte[] _before = new byte[Room];
    private bool _isRaw;

    public RawTerminal()
    {
        byte[] raw = new byte[Room];
        fixed (byte* before = _before, settings = raw)
        {
            if (GetSettings(Input, before) != 0)
                return;
            _before.CopyTo(raw, 0);
            MakeRaw(settings);
            _isRaw = SetSettings(Input, Now, settings) == 0;
        }
    }

    public void Dispose()
    {
        if (!_isRaw)
            return;
        _isRaw = false;
        fixed (byte* before = _before)
            _ = SetSettings(Input, Now, before);
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetSettings(int descriptor, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetSettings(int descriptor, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void MakeRaw(byte* settings);
}
