using Mig.Core;

namespace Mig.Nbd;

/// <summary>The disks that a server offers, by name. May be used from several threads.</summary>
public interface INbdExports
{
    /// <summary>Lists those that a client that shows nothing may see.</summary>
    IEnumerable<NbdExportEntry> List(NbdClient client);

    /// <summary>Opens a disk; the name comes from strangers.</summary>
    /// <exception cref="NotFoundException">There is none of that name, or none that the client may know of.</exception>
    /// <exception cref="NbdRefusedException">The client may not have it.</exception>
    NbdExport Open(string name, NbdClient client);
}
