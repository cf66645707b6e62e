using System.Text;
using Mig.Exchange.Serving;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Exchange.Serving;

/// <summary>The disks of a folder of repositories, served in this process over NBD.</summary>
internal sealed class NbdServed : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private readonly TestFolder _files = new();
    private readonly RepositoryServer _server;

    /// <param name="root">What is served.</param>
    /// <param name="isTcp">Over TCP on loopback; else over a Unix socket.</param>
    public NbdServed(string root, bool isTcp = false, Func<ServerOptions, ServerOptions>? change = null)
    {
        var options = new ServerOptions { Root = root, Nbd = isTcp ? "tcp:127.0.0.1:0" : "unix:" + _files["s"], Log = Add, Warn = Add };
        _server = RepositoryServer.StartAsync(change is null ? options : change(options), TestRepository.Context).GetAwaiter().GetResult();
    }

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>A disk as foreign clients write it.</summary>
    public string Uri(string name)
    {
        string address = _server.NbdAddress!;
        return address.StartsWith("nbd+unix", StringComparison.Ordinal)
            ? address.Replace(":///", ":///" + System.Uri.EscapeDataString(name), StringComparison.Ordinal) : address
            + System.Uri.EscapeDataString(name);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _files.Dispose();
    }

    private void Add(string line)
    {
        lock (_log)
            _log.AppendLine(line);
    }
}
