// Serves a repository, or a folder of them, over HTTP until Ctrl-C.
using System.Net;
using Mig.Exchange.Serving;

if (args is not [var folder, var address])
{
    Console.Error.WriteLine("usage: Serve FOLDER ADDRESS:PORT");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true; // Requests under way may end.
    stop.Cancel();
};

var options = new ServerOptions { Root = folder, Listen = IPEndPoint.Parse(address), Log = Console.WriteLine };
await using RepositoryServer server = await RepositoryServer.StartAsync(options, cancellation: stop.Token);
Console.WriteLine($"serving {folder} at {server.Address}");
await server.RunAsync(stop.Token);
return 0;
