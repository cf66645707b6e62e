using System.IO.Pipes;
using Mig.Core;
using Mig.Transfer.Serving;

namespace Mig.Transfer.Transports;

/// <summary>Serves a repository of this machine to ourselves: the same protocol, over a pair of pipes.</summary>
internal static class FolderTransport
{
    public static ITransport Open(string folder, RemoteOptions options) =>
        new ReopeningTransport(folder, options.Retries with { Most = 0 }, _ => Connect(folder, options.ServeFolder));

    private static StreamTransport Connect(string folder, Func<string, RepositoryService> serve)
    {
        RepositoryService service = serve(folder);
        var toServer = new AnonymousPipeServerStream(PipeDirection.Out);
        var fromServer = new AnonymousPipeServerStream(PipeDirection.In);
        var requests = new AnonymousPipeClientStream(PipeDirection.In, toServer.ClientSafePipeHandle);
        var answers = new AnonymousPipeClientStream(PipeDirection.Out, fromServer.ClientSafePipeHandle);
        var stop = new CancellationTokenSource();
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using (service)
                using (requests)
                using (answers)
                    service.Run(requests, answers, stop.Token);
            }
            catch (Exception e) when (e is IOException or MigException or OperationCanceledException)
            {
                failure = e;
            }
        })
        { IsBackground = true, Name = "served folder" };
        thread.Start();
        return new StreamTransport(folder, toServer, fromServer)
        {
            SharedStore = service.SharedStore,
            Cut = stop.Cancel,
            Close = () =>
            {
                fromServer.Dispose();
                thread.Join();
                stop.Dispose();
            },
            Diagnose = () => failure is null ? null : $"{folder} cannot be served: {failure.Message}",
        };
    }
}
