using System.Security.Cryptography;
using System.Text;

namespace Mig.Images.Extract.Folders;

/// <summary>
/// A folder in the destination (<c>.mig-random.tmp</c>) that nobody else may enter. What is extracted is whole before it leaves it;
/// disposing removes what is left. What a killed process leaves is not cleared away by the next one: an image may hold a folder of any
/// name.
/// </summary>
internal sealed class Staging : IDisposable
{
    private readonly HostFolder _parent;
    private readonly byte[] _name;

    private Staging(HostFolder parent, byte[] name)
    {
        _parent = parent;
        _name = name;
        Folder = parent.OpenFolder(name);
    }

    public HostFolder Folder { get; }

    public static Staging Create(HostFolder parent)
    {
        byte[] name = Encoding.ASCII.GetBytes($".mig-{RandomNumberGenerator.GetHexString(12, lowercase: true)}.tmp");
        parent.MakeDirectory(name);
        var staging = new Staging(parent, name);
        MetadataWriter.StopInheritance(staging.Folder);
        return staging;
    }

    public void Dispose()
    {
        Folder.Dispose();
        FolderListing.Remove(_parent, _name);
    }
}
