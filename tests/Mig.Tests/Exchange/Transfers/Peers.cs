using System.Net;
using Mig.Core;
using Mig.Exchange.Serving;
using Mig.History.Refs;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Transfer;
using Mig.Transfer.Access;
using Mig.Transfer.Addresses;
using Mig.Transfer.Http;

namespace Mig.Tests.Exchange.Transfers;

/// <summary>Reaches a repository over each transport there is: a folder, a real sshd, a real HTTP server.</summary>
internal sealed class Peers : IDisposable
{
    private readonly List<IDisposable> _open = [];

    public static TheoryData<RemoteKind> Kinds { get; } = [RemoteKind.Folder, RemoteKind.Ssh, RemoteKind.Http];

    public RemoteRepository Open(RemoteKind kind, string folder)
    {
        (RemoteAddress address, RemoteOptions options) = Locate(kind, folder);
        return RemoteRepository.Open(address, options);
    }

    public (RemoteAddress Address, RemoteOptions Options) Locate(RemoteKind kind, string folder)
    {
        var options = new RemoteOptions { ServeFolder = path => ServedRepository.Open(path, TestRepository.Context) };
        switch (kind)
        {
            case RemoteKind.Folder:
                return (RemoteAddress.Parse(folder, "/"), options);
            case RemoteKind.Ssh:
                var ssh = new SshServer();
                _open.Add(ssh);
                options = options with
                {
                    SshCommand = ssh.ClientCommand,
                    ServeCommand = $"DOTNET_ROOT={Environment.GetEnvironmentVariable("DOTNET_ROOT")} {MigProgram.Path}"
                };
                return (RemoteAddress.Parse($"ssh://127.0.0.1:{ssh.Port}{folder}", "/"), options);
            default:
                var host = new RepositoryHost(folder, TestRepository.Context);
                HttpServer server = HttpServer.StartAsync(new HttpServerOptions
                {
                    Listen = new IPEndPoint(IPAddress.Loopback, 0),
                    Open = (call, _) => host.Find(call.Repository) is { } repository
                        ? ServedRepository.Serve(repository, "", AccessRights.Unlimited, null, null) : null,
                }).GetAwaiter().GetResult();
                _open.Add(new Stop(server));
                _open.Add(host);
                return (RemoteAddress.Parse(server.Address.ToString(), "/"), options);
        }
    }

    /// <summary>Fetches what a branch names, and moves the branch of the same name.</summary>
    public static FetchReport Fetch(RemoteRepository remote, Repository into, string branch = "main", FetchRequest? request = null)
    {
        RefName name = RefName.Branch(branch);
        ObjectId want = remote.ListRefs().Refs.Single(item => item.Name == name).Id;
        request ??= new FetchRequest { Wants = [] };
        FetchReport report = remote.Fetch(into.Store, into.StoreOptions,
            request with { Wants = [want], Haves = [.. into.Refs.List().Select(item => item.Id)] }, TestContext.Current.CancellationToken);
        if (!request.DryRun)
            into.Refs.Update(name, into.Refs.Read(name)?.Id ?? default, want, into.Identity.Committer(), "fetch");
        return report;
    }

    /// <summary>Pushes a branch to the branch of the same name.</summary>
    public static PushReport Push(RemoteRepository remote, Repository from, string branch = "main", bool force = false)
    {
        RefName name = RefName.Branch(branch);
        ObjectId? old = remote.ListRefs().Refs.SingleOrDefault(item => item.Name == name)?.Id;
        return remote.Push(from.Store, new PushRequest { Updates = [new PushUpdate(name, old, from.Refs.Read(name)!.Id, force)] },
            TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        foreach (IDisposable item in _open)
            item.Dispose();
    }

    private sealed class Stop(HttpServer server) : IDisposable
    {
        public void Dispose() => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
