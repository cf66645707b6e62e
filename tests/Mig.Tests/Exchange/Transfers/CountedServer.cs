using System.Collections.Concurrent;
using System.Net;
using Mig.Exchange.Serving;
using Mig.Tests.Support;
using Mig.Transfer.Access;
using Mig.Transfer.Http;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>An HTTP server for one repository that notes every call.</summary>
internal sealed class CountedServer : IDisposable
{
    private readonly RepositoryHost _host;
    private readonly HttpServer _server;
    private readonly ConcurrentQueue<RequestLogEntry> _calls = [];

    /// <param name="mostBytes">Most bytes of one request; 0 for any number.</param>
    public CountedServer(string folder, long mostBytes = 0)
    {
        _host = new RepositoryHost(folder, TestRepository.Context);
        _server = HttpServer.StartAsync(new HttpServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            MaxBodySize = mostBytes,
            Log = _calls.Enqueue,
            Open = (call, _) => _host.Find(call.Repository) is { } repository
                ? ServedRepository.Serve(repository, "", AccessRights.Unlimited, null, null) : null,
        }).GetAwaiter().GetResult();
    }

    public Uri Address => _server.Address;

    /// <summary>
    /// The calls that were answered since the last time somebody asked, by their verbs. A call is noted when its answer is out, so that the
    /// last one may lack.
    /// </summary>
    public IReadOnlyList<RequestLogEntry> TakeCalls(int atLeast)
    {
        SpinWait.SpinUntil(() => _calls.Count >= atLeast, TimeSpan.FromSeconds(10));
        var calls = new List<RequestLogEntry>();
        while (_calls.TryDequeue(out RequestLogEntry? call))
            calls.Add(call);
        return calls;
    }

    public void Dispose()
    {
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _host.Dispose();
    }
}
