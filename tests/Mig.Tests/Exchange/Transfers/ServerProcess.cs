using System.Diagnostics;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Transfers;

/// <summary><c>mig serve --listen</c> in a process of its own, on a port that it chooses.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Greeting = "listening on ";

    private readonly Process _process;

    public ServerProcess(string folder, string listen = "127.0.0.1:0")
    {
        _process = MigProgram.Start([], "serve", "--listen", listen, folder);
        string line = "";
        while (!line.Contains(Greeting, StringComparison.Ordinal))
            line = _process.StandardError.ReadLine() ?? throw new InvalidOperationException("the server ended: " + line);
        Address = new Uri(line[(line.IndexOf(Greeting, StringComparison.Ordinal) + Greeting.Length)..].Trim());
        _ = _process.StandardError.ReadToEndAsync();
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    public Uri Address { get; }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
