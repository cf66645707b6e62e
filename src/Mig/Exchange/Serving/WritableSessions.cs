using Mig.Core;
using Mig.Images.Sessions;

namespace Mig.Exchange.Serving;

/// <summary>The sessions that a server writes to, by name, for as long as it runs.</summary>
internal sealed class WritableSessions : IDisposable
{
    private readonly Dictionary<string, OpenSession> _open = [];
    private readonly Action<string> _warn;

    /// <summary>Takes them; one that is not there begins, on the revision of that name.</summary>
    /// <exception cref="ConflictException">Somebody else works with one.</exception>
    public WritableSessions(RepositoryHost host, IReadOnlyList<string> names, Action<string> warn)
    {
        _warn = warn;
        if (names.Count == 0)
            return;
        Repository repository = host.Find("")
            ?? throw new UsageException("--writable is for the disks of one repository; give the folder of that one");
        try
        {
            HashSet<string> known = [.. repository.Sessions.List().Select(session => session.Name)];
            foreach (string name in names.Distinct())
            {
                if (!known.Contains(name))
                    repository.Sessions.Start(name, name);
                _open.Add(name, repository.Sessions.Open(name));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IEnumerable<OpenSession> All => _open.Values;

    public OpenSession? Find(string name) => _open.GetValueOrDefault(name);

    /// <summary>Makes durable what was written, and lets others have them.</summary>
    public void Dispose()
    {
        foreach (OpenSession session in _open.Values)
        {
            try
            {
                session.Flush();
            }
            catch (IOException e)
            {
                _warn($"session '{session.Name}': what was written since the last flush may be lost: {e.Message}");
            }

            session.Dispose();
        }

        _open.Clear();
    }
}
