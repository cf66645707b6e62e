using Mig.Core;
using Mig.History.Images;
using Mig.History.Trust;
using Mig.Store;

namespace Mig.Care.Trust;

/// <summary>
/// The disks whose two views were seen to agree on this side: a commit read the disk and made both, or a check read the file systems from
/// the layout. Noted in
/// <c>cache/proven/disks</c> by a hash over all that an image says of a disk but its name. For one thread.
/// </summary>
internal sealed class ProvenDisks
{
    private const string Name = "proven/disks";

    // 32 MB. When there are more, it starts anew with the latest: the others are proven once more.
    private const int MaxRows = 1_000_000;

    private readonly string _repositoryFolder;
    private readonly HashSet<ObjectId> _known = [];
    private readonly HashSet<ObjectId> _added = [];

    private ProvenDisks(string repositoryFolder) => _repositoryFolder = repositoryFolder;

    public static ProvenDisks Read(string repositoryFolder)
    {
        var proven = new ProvenDisks(repositoryFolder);
        proven.Load();
        return proven;
    }

    /// <summary>Returns what stands for a disk: the id that an image of this disk alone, without a name, would have.</summary>
    public static ObjectId KeyOf(ImageDisk disk) => new MachineImage([disk with { Name = "" }]).Write(HashingSink.Instance).Value;

    public bool Contains(ImageDisk disk) => Contains(KeyOf(disk));

    public bool Contains(in ObjectId key) => _known.Contains(key) || _added.Contains(key);

    public void Add(ImageDisk disk) => Add(KeyOf(disk));

    public void Add(in ObjectId key)
    {
        if (!_known.Contains(key))
            _added.Add(key);
    }

    /// <summary>Notes what was added.</summary>
    public void Write()
    {
        if (_added.Count == 0)
            return;
        _known.Clear();
        Load(); // others may have noted more meanwhile
        if (_known.Count + _added.Count > MaxRows)
            _known.Clear();
        _known.UnionWith(_added.Take(MaxRows));
        _added.Clear();
        byte[] rows = new byte[_known.Count * ObjectId.Size];
        int at = 0;
        foreach (ObjectId key in _known)
        {
            key.CopyTo(rows.AsSpan(at));
            at += ObjectId.Size;
        }

        SealedFile.TryWrite(_repositoryFolder, Name, rows);
    }

    private void Load()
    {
        if (SealedFile.Read(_repositoryFolder, Name, MaxRows * ObjectId.Size) is not { } rows || rows.Length % ObjectId.Size != 0)
            return;
        for (int at = 0; at < rows.Length; at += ObjectId.Size)
            _known.Add(new ObjectId(rows.AsSpan(at, ObjectId.Size)));
    }
}
