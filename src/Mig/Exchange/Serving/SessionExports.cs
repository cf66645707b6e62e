using Mig.Core;
using Mig.Images.Sessions;
using Mig.Nbd;

namespace Mig.Exchange.Serving;

/// <summary>The disks of a session, to be written by whoever reaches the server. For many threads.</summary>
internal sealed class SessionExports(OpenSession session) : INbdExports
{
    public static IEnumerable<NbdExportEntry> List(OpenSession session)
    {
        for (int i = 0; i < session.Disks.Count; i++)
            yield return new NbdExportEntry(session.Name + ExportName.SuffixOf(i + 1), Describe(session));
    }

    /// <exception cref="NotFoundException">It has no such disk.</exception>
    public static NbdExport Open(OpenSession session, ExportName asked)
    {
        int index = asked.FindDisk(session.Image);
        SessionDisk disk = session.Disks[index];
        return new NbdExport(asked.ToString(), $"{Describe(session)} ({session.Image.Disks[index].Name})", disk, disk);
    }

    public IEnumerable<NbdExportEntry> List(NbdClient client) => List(session);

    public NbdExport Open(string name, NbdClient client)
    {
        var asked = ExportName.Parse(name);
        return asked.Path == session.Name ? Open(session, asked) : throw new NotFoundException($"there is no disk '{name}' here");
    }

    private static string Describe(OpenSession session) => $"session on {session.File.Base.Value.ToShortString()}";
}
