using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Images.Sessions;
using Mig.Nbd;
using Mig.Transfer.Access;

namespace Mig.Exchange.Serving;

/// <summary>
/// The disks of all versions of the repositories under a folder, read-only, for those who may read the repository. For many threads.
/// </summary>
/// <param name="sessions">Those that can be written; their names go before revisions.</param>
/// <param name="authenticate">Given a token, or null for none, says what its holder may do; null when that is nothing.</param>
internal sealed class RepositoryExports(RepositoryHost host, Func<string?, AccessRights?> authenticate, TimeProvider clock,
    WritableSessions sessions) : INbdExports
{
    private const int MostListed = 10_000;
    private const int MostParts = 16;

    private readonly ServedDisks _disks = new(clock);

    public IEnumerable<NbdExportEntry> List(NbdClient client)
    {
        AccessRights rights = FindRights(null, client);
        foreach (OpenSession session in rights.MayPush("").IsAllowed ? sessions.All : [])
        {
            foreach (NbdExportEntry entry in SessionExports.List(session))
                yield return entry;
        }

        foreach (string name in host.ListNames(MostListed).Where(name => rights.MayRead(name).IsAllowed))
        {
            if (host.Find(name) is not { } repository)
                continue;
            foreach (NbdExportEntry entry in List(repository, name.Length == 0 ? "" : name + "/"))
                yield return entry;
        }
    }

    public NbdExport Open(string name, NbdClient client)
    {
        var asked = ExportName.Parse(name);
        if (asked.Token is not null && !client.IsEncrypted && client.Address is { } address && !System.Net.IPAddress.IsLoopback(address))
            throw new NbdRefusedException(
                "a token goes to another machine over TLS alone; it was readable on the way here, so make a new one");
        AccessRights rights = FindRights(asked.Token, client);
        if (sessions.Find(asked.Path) is { } session)
            return Open(session, asked, rights);
        (Repository repository, string revision) = FindRepository(asked.Path, rights);
        try
        {
            repository.Store.Refresh();
            ServedVersion version = _disks.Find(repository, revision);
            int index = asked.FindDisk(version.Image);
            ServedDisk disk = _disks.Open(repository, version, revision, index);
            return new NbdExport(asked.ToString(), Describe(version, disk.Disk, index), disk.Source, close: disk.Close);
        }
        catch (Exception e) when (e is UsageException or NotFoundException)
        {
            throw new NotFoundException(e.Message);
        }
    }

    // To write to a version that is to be is to push it.
    private static NbdExport Open(OpenSession session, ExportName asked, AccessRights rights)
    {
        if (!rights.MayPush("").IsAllowed)
            throw new NbdRefusedException($"'{asked.Path}' is a session, which needs the right 'write'");
        return SessionExports.Open(session, asked);
    }

    private AccessRights FindRights(string? token, NbdClient client)
    {
        // Who can open the socket is let in by its mode.
        if (client.Address is null)
            return AccessRights.Unlimited;
        return authenticate(token) ?? throw new NbdRefusedException(token is null
            ? "a token is needed: the name is TOKEN@NAME"
            : "the token is unknown, or has expired");
    }

    // A repository does not hold others, so the first one on the way is the one.
    private (Repository Repository, string Revision) FindRepository(string path, AccessRights rights)
    {
        string[] parts = path.Split('/');
        for (int count = 0; count <= Math.Min(parts.Length, MostParts); count++)
        {
            string name = string.Join('/', parts.Take(count));
            if (rights.MayRead(name).IsAllowed && host.Find(name) is { } repository)
            {
                string revision = string.Join('/', parts.Skip(count));
                return (repository, revision.Length == 0 ? "HEAD" : revision);
            }
        }

        throw new NotFoundException($"there is no disk '{path}' here");
    }

    private static IEnumerable<NbdExportEntry> List(Repository repository, string prefix)
    {
        foreach (Ref reference in repository.Refs.List("refs/").Where(item => item.Name.IsBranch || item.Name.IsTag).Take(MostListed))
        {
            ServedVersion? version = TryRead(repository, reference.Id);
            for (int i = 0; i < version?.Image.Disks.Count; i++)
                yield return new NbdExportEntry(prefix + reference.Name.ShortName + ExportName.SuffixOf(i + 1),
                    Describe(version, version.Image.Disks[i], i));
        }
    }

    // One that is damaged, or leads to no version, has no disks to offer.
    private static ServedVersion? TryRead(Repository repository, ObjectId id)
    {
        try
        {
            return repository.Objects.PeelToCommit(id) is { } commit ? ServedVersion.Read(repository, commit) : null;
        }
        catch (CorruptStoreException)
        {
            return null;
        }
    }

    private static string Describe(ServedVersion version, ImageDisk disk, int index)
    {
        string which = version.Image.Disks.Count == 1 ? disk.Name : $"{disk.Name}, disk {index + 1} of {version.Image.Disks.Count}";
        return $"{version.Commit.Value.ToShortString()} {version.Subject} ({which})";
    }
}
