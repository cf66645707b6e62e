using Mig.Core;
using Mig.Git.Exporting;
using Mig.Git.Objects;
using LibGit = LibGit2Sharp;

namespace Mig.Git.Hosts;

/// <summary>A repository of Git elsewhere, to which a folder's objects are pushed by libgit2: HTTPS by the OpenSSL of the system, ssh by
/// the <c>ssh</c> program.</summary>
/// <param name="folder">Has the objects, and refs for them below <see cref="Prefix"/>.</param>
internal sealed class GitHost(GitFolder folder, GitAddress address, bool isInteractive, CancellationToken cancellation)
{
    /// <summary>Where the folder has the refs that are pushed.</summary>
    public const string Prefix = "refs/published/";

    private const string RemoteName = "publish";
    private const string Peeled = "^{}";

    private readonly GitLogin _login = new(address, isInteractive);
    private readonly Dictionary<string, GitId> _refs = new(StringComparer.Ordinal);

    /// <summary>Where a ref of the host is; null when there is none.</summary>
    public GitId? Find(string name) => _refs.TryGetValue(name, out GitId id) ? id : null;

    /// <summary>The commit that an object that a ref of the host names leads to.</summary>
    public GitId? Peel(GitId id)
    {
        foreach ((string name, GitId found) in _refs)
        {
            if (found == id && !name.EndsWith(Peeled, StringComparison.Ordinal))
                return Find(name + Peeled) ?? id;
        }

        return null;
    }

    /// <summary>Asks the host for its refs.</summary>
    /// <exception cref="RemoteException">GIT-001: it cannot be reached, or does not let us in.</exception>
    public void List() => Run(() =>
    {
        foreach (LibGit.Reference found in folder.Native.Network.ListReferences(address.Url, _login.Ask))
        {
            if (found is LibGit.DirectReference)
                _refs[found.CanonicalName] = GitFolder.Parse(found.TargetIdentifier);
        }
    });

    /// <summary>Pushes refs.</summary>
    /// <exception cref="RemoteException">GIT-001: the connection failed. GIT-002: the host does not take one of them.</exception>
    public void Push(IReadOnlyList<GitRefChange> changes)
    {
        var refused = new List<string>();
        Run(() =>
        {
            foreach (GitRefChange change in changes)
                folder.WriteRef(Prefix + change.Name, change.After, "mig git export");
            LibGit.RemoteCollection remotes = folder.Native.Network.Remotes;
            if (remotes[RemoteName] is not null)
                remotes.Remove(RemoteName);
            LibGit.Remote remote = remotes.Add(RemoteName, address.Url);
            folder.Native.Network.Push(remote, changes.Select(
                change => $"{(change.IsForced ? "+" : "")}{Prefix}{change.Name}:{change.Name}"), new LibGit.PushOptions
                {
                    CredentialsProvider = _login.Ask,
                    OnPushStatusError = error => refused.Add($"{error.Reference}: {error.Message}"),
                    OnPushTransferProgress = (_, _, _) => !cancellation.IsCancellationRequested,
                    OnPackBuilderProgress = (_, _, _) => !cancellation.IsCancellationRequested,
                });
        });
        if (refused.Count > 0)
            throw new RemoteException("GIT-002", $"{address.Url} does not take {string.Join("; ", refused)}");
    }

    private void Run(Action action)
    {
        try
        {
            _login.Begin();
            action();
        }
        catch (LibGit.NonFastForwardException)
        {
            throw new RemoteException("GIT-002", $"{address.Url} has moved in the meantime; try again");
        }
        catch (LibGit.LibGit2SharpException e)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_login.Refusal is { } refusal)
                throw refusal;
            string advice = $"see whether 'git ls-remote {address.Url}' works";
            throw new RemoteException("GIT-001", $"{address.Url}: {e.Message.TrimEnd('.')}; {advice}", e);
        }
    }
}
