using Mig.Core;
using Mig.Core.Host;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>The parts of a file system that is being changed, each made once.</summary>
internal sealed class WritableVolume
{
    private const int GoodOldInodeSize = 128;

    public WritableVolume(IByteTarget target, Geometry geometry, Limits limits, TimeProvider clock)
    {
        Geometry = geometry;
        Limits = limits;
        Clock = clock;
        Store = new BlockStore(target, geometry);
        Superblock = new WritableSuperblock(Store, geometry);
        var table = new GroupTable(Store, geometry, limits);
        Table = new InodeTable(Store, geometry, table);
        Map = new FileMap(Store, geometry, limits);
        Groups = new WritableGroups(Store, geometry, table, FindJournal());
        Allocator = new BlockAllocator(geometry, Superblock, Groups, Store);
        InodeAllocator = new InodeAllocator(geometry, Superblock, Groups);
        Inodes = new WritableInodes(Store, geometry, table, Table);
        Blocks = new FileMapWriter(geometry, Store, Allocator, limits);
        Contents = new ContentWriter(geometry, Store, Allocator, Blocks, Superblock);
        Attributes = new AttributeWriter(this);
        Directories = new DirectoryOpener(this);
    }

    public Geometry Geometry { get; }

    public Limits Limits { get; }

    public TimeProvider Clock { get; }

    public BlockStore Store { get; }

    public WritableSuperblock Superblock { get; }

    public WritableGroups Groups { get; }

    public BlockAllocator Allocator { get; }

    public InodeAllocator InodeAllocator { get; }

    /// <summary>Inodes to read.</summary>
    public InodeTable Table { get; }

    /// <summary>Inodes to change.</summary>
    public WritableInodes Inodes { get; }

    /// <summary>Sizes and maps to read.</summary>
    public FileMap Map { get; }

    public FileMapWriter Blocks { get; }

    public ContentWriter Contents { get; }

    public AttributeWriter Attributes { get; }

    public DirectoryOpener Directories { get; }

    /// <summary>How many bytes of fixed fields a new inode gets behind the first 128.</summary>
    public int NewExtraSize
    {
        get
        {
            const int minSize = 32;
            int wanted = Geometry.Has(ReadOnlyCompatibleFeatures.ExtraInodeSize) ? Superblock.WantedExtraSize : 0;
            int room = Geometry.InodeSize - GoodOldInodeSize;
            return wanted % 4 == 0 && wanted > minSize && wanted <= room ? wanted : Math.Min(minSize, room);
        }
    }

    public Timestamp Now
    {
        get
        {
            const long unixEpochTicks = 621_355_968_000_000_000;
            long ticks = Clock.GetUtcNow().UtcTicks - unixEpochTicks;
            long seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out long rest);
            return rest < 0 ? new Timestamp(seconds - 1, (int)(rest + TimeSpan.TicksPerSecond) * 100)
                : new Timestamp(seconds, (int)rest * 100);
        }
    }

    /// <summary>Returns what an entry's type field says; 0 where the format has none.</summary>
    public byte EntryType(NodeType type) => Geometry.Has(IncompatibleFeatures.FileType) ? DirectoryLeaf.TypeOf(type) : (byte)0;

    private FileExtent[] FindJournal()
    {
        if (!Geometry.Has(CompatibleFeatures.HasJournal) || Geometry.JournalInode == 0)
            return [];
        Inode inode = Table.GetUsed(Geometry.JournalInode);
        return Map.GetRuns(inode, Map.GetSize(inode));
    }
}
