using Mig.Core;
using Mig.Store.Content;
using Mig.Store.Encoding;

namespace Mig.History.Trees;

/// <summary>One tree entry where it lies in its payload, checked and not copied (docs/format.md, "Tree entries").</summary>
internal readonly ref struct TreeEntryView
{
    private const int MaxTargetLength = 1 << 16;
    private const int MaxXattrs = 1 << 16;
    private const int MaxXattrName = 4096;
    private const int MaxXattrSize = 4 << 20;

    private static readonly ObjectId EmptyContent = ObjectId.Of([]);

    public ReadOnlySpan<byte> Name { get; private init; }

    public TreeEntryType Type { get; private init; }

    public int Mode { get; private init; }

    public uint Uid { get; private init; }

    public uint Gid { get; private init; }

    public Timestamp ModifiedTime { get; private init; }

    public long Size { get; private init; }

    public ObjectId? Sha256 { get; private init; }

    public ListId? List { get; private init; }

    public TreeId Tree { get; private init; }

    public ReadOnlySpan<byte> LinkTarget { get; private init; }

    public uint DeviceMajor { get; private init; }

    public uint DeviceMinor { get; private init; }

    public uint Attributes { get; private init; }

    private int XattrCount { get; init; }

    private ReadOnlySpan<byte> XattrBytes { get; init; }

    /// <summary>Reads an entry of a directory.</summary>
    /// <exception cref="CorruptStoreException">OBJ-001, OBJ-008, OBJ-011: it is not one that mig would write.</exception>
    public static TreeEntryView Parse(scoped ref PayloadReader from)
    {
        ReadOnlySpan<byte> name = from.String("name", int.MaxValue);
        return TreeName.FindFault(name) is { } fault ? throw from.Corrupt("OBJ-011", "name", fault) : ParseRest(ref from, name);
    }

    /// <summary>Reads the root of a volume: a directory without a name.</summary>
    /// <exception cref="CorruptStoreException">OBJ-001: it is something else.</exception>
    public static TreeEntryView ParseRoot(scoped ref PayloadReader from)
    {
        if (!from.String("name", int.MaxValue).IsEmpty)
            throw from.Corrupt("root", "it has a name");
        TreeEntryView root = ParseRest(ref from, default);
        return root.Type == TreeEntryType.Directory ? root : throw from.Corrupt("root", $"it is a {root.Type}");
    }

    /// <summary>Copies what must outlive the payload.</summary>
    public TreeEntry ToEntry() => new()
    {
        Name = Name.ToArray(), Type = Type, Mode = Mode, Uid = Uid, Gid = Gid, ModifiedTime = ModifiedTime, Size = Size, Sha256 = Sha256,
        List = List, Tree = Tree,
        LinkTarget = LinkTarget.ToArray(), DeviceMajor = DeviceMajor, DeviceMinor = DeviceMinor, Attributes = Attributes,
        Xattrs = ReadXattrs(),
    };

    private static TreeEntryView ParseRest(scoped ref PayloadReader from, ReadOnlySpan<byte> name)
    {
        byte head = from.Byte("entry type");
        var type = (TreeEntryType)(head & TreeEntryFlags.TypeMask);
        if (type > TreeEntryType.HardLink)
            throw from.Corrupt("entry type", $"{(int)type}, at most {(int)TreeEntryType.HardLink} allowed");
        bool isLarge = (head & TreeEntryFlags.IsLarge) != 0, isUnhashed = (head & TreeEntryFlags.IsUnhashed) != 0;
        if (type != TreeEntryType.File && (isLarge || isUnhashed))
            throw from.Corrupt("entry type", "only a file can be large");
        if (type == TreeEntryType.HardLink)
        {
            if ((head & ~TreeEntryFlags.TypeMask) != 0)
                throw from.Corrupt("entry type", "a hard link has nothing of its own");
            ReadOnlySpan<byte> path = from.String("hard link", MaxTargetLength);
            return TreeName.FindPathFault(path) is { } fault ? throw from.Corrupt("OBJ-008", "hard link", fault)
                : new TreeEntryView { Name = name, Type = type, LinkTarget = path };
        }

        if (isUnhashed && !isLarge)
            throw from.Corrupt("entry type", "a file that is not hashed must have a list");
        int mode = (int)from.Unsigned("mode", 0xFFF);
        uint uid = (uint)from.Unsigned("uid", uint.MaxValue), gid = (uint)from.Unsigned("gid", uint.MaxValue);
        var time = new Timestamp(from.Signed("mtime"), (int)from.Unsigned("mtime nanoseconds", 999_999_999));
        long size = 0;
        ObjectId? sha256 = null;
        ListId? list = null;
        TreeId tree = default;
        ReadOnlySpan<byte> target = default;
        uint major = 0, minor = 0;
        switch (type)
        {
            case TreeEntryType.File:
                size = from.Unsigned("size", long.MaxValue);
                sha256 = isUnhashed ? null : from.Id("hash");
                list = isLarge ? new ListId(from.Id("list")) : null;
                if (!isLarge && size > BlobLimits.MaxBlobSize)
                    throw from.Corrupt("OBJ-007", "size", $"{size} bytes and no list, at most {BlobLimits.MaxBlobSize} fit in a blob");
                if (!isLarge && size == 0 && sha256 != EmptyContent)
                    throw from.Corrupt("OBJ-010", "hash", $"the file is empty and is said to have the hash {sha256}");
                break;
            case TreeEntryType.Directory:
                tree = new TreeId(from.Id("tree"));
                break;
            case TreeEntryType.SymbolicLink:
                target = from.String("link target", MaxTargetLength);
                if (TreeName.FindTargetFault(target) is { } fault)
                    throw from.Corrupt("OBJ-011", "link target", fault);
                break;
            case TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice:
                major = (uint)from.Unsigned("device major", uint.MaxValue);
                minor = (uint)from.Unsigned("device minor", uint.MaxValue);
                break;
        }

        uint attributes = (head & TreeEntryFlags.HasAttributes) != 0 ? (uint)from.Unsigned("attributes", uint.MaxValue) : 0;
        int xattrs = 0, start = from.Position;
        if ((head & TreeEntryFlags.HasXattrs) != 0)
        {
            xattrs = (int)from.Unsigned("xattr count", MaxXattrs);
            start = from.Position;
            CheckXattrs(ref from, xattrs);
        }

        if (((head & TreeEntryFlags.HasAttributes) != 0 && attributes == 0) || ((head & TreeEntryFlags.HasXattrs) != 0 && xattrs == 0))
            throw from.Corrupt("entry type", "it announces attributes and there are none");
        return new TreeEntryView
        {
            Name = name, Type = type, Mode = mode, Uid = uid, Gid = gid, ModifiedTime = time, Size = size, Sha256 = sha256, List = list,
            Tree = tree, LinkTarget = target,
            DeviceMajor = major, DeviceMinor = minor, Attributes = attributes, XattrCount = xattrs, XattrBytes = from.Since(start),
        };
    }

    private static void CheckXattrs(ref PayloadReader from, int count)
    {
        ReadOnlySpan<byte> last = default;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> name = from.String("xattr name", MaxXattrName);
            if (name.IsEmpty || name.Contains((byte)0))
                throw from.Corrupt("xattr name", "it is empty or holds NUL");
            if (i > 0 && last.SequenceCompareTo(name) >= 0)
                throw from.Corrupt("xattr name", "the names are out of order, or one is there twice");
            last = name;
            from.String("xattr value", MaxXattrSize);
        }
    }

    private TreeXattr[] ReadXattrs()
    {
        if (XattrCount == 0)
            return [];
        var xattrs = new TreeXattr[XattrCount];
        var reader = new PayloadReader(XattrBytes, default);
        for (int i = 0; i < xattrs.Length; i++)
            xattrs[i] = new TreeXattr(reader.String("xattr name", MaxXattrName).ToArray(), reader.String("xattr value", MaxXattrSize)
                .ToArray());
        return xattrs;
    }
}
