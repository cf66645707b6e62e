using Mig.Core;
using Mig.Store.Encoding;

namespace Mig.History.Trees;

/// <summary>Writes and reads one tree entry (docs/format.md, "Tree entries").</summary>
internal static class TreeEntryCodec
{
    private const int MaxNameLength = 4096;
    private const int MaxTargetLength = 1 << 16;
    private const int MaxXattrs = 1 << 16;
    private const int MaxXattrSize = 4 << 20;

    private const byte TypeMask = 0x0F;
    private const byte HasAttributes = 0x10;
    private const byte HasXattrs = 0x20;
    private const byte IsLarge = 0x40;
    private const byte IsUnhashed = 0x80;

    public static void Write(PayloadWriter to, TreeEntry entry)
    {
        to.String(entry.Name.Span);
        byte head = (byte)entry.Type;
        if (entry.Attributes != 0)
            head |= HasAttributes;
        if (entry.Xattrs.Count > 0)
            head |= HasXattrs;
        if (entry.List is not null)
            head |= IsLarge;
        if (entry is { Type: TreeEntryType.File, Sha256: null })
            head |= IsUnhashed;
        to.Byte(head);
        if (entry.Type == TreeEntryType.HardLink)
        {
            to.String(entry.LinkTarget.Span);
            return;
        }

        to.Unsigned(entry.Mode);
        to.Unsigned(entry.Uid);
        to.Unsigned(entry.Gid);
        to.Signed(entry.ModifiedTime.Seconds);
        to.Unsigned(entry.ModifiedTime.Nanoseconds);
        switch (entry.Type)
        {
            case TreeEntryType.File:
                to.Unsigned(entry.Size);
                if (entry.Sha256 is { } sha256)
                    to.Id(sha256);
                if (entry.List is { } list)
                    to.Id(list.Value);
                break;
            case TreeEntryType.Directory:
                to.Id(entry.Tree.Value);
                break;
            case TreeEntryType.SymbolicLink:
                to.String(entry.LinkTarget.Span);
                break;
            case TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice:
                to.Unsigned(entry.DeviceMajor);
                to.Unsigned(entry.DeviceMinor);
                break;
        }

        if (entry.Attributes != 0)
            to.Unsigned(entry.Attributes);
        if (entry.Xattrs.Count > 0)
        {
            to.Unsigned(entry.Xattrs.Count);
            foreach (TreeXattr xattr in entry.Xattrs)
            {
                to.String(xattr.Name.Span);
                to.String(xattr.Value.Span);
            }
        }
    }

    public static TreeEntry Read(ref PayloadReader from)
    {
        byte[] name = from.String("name", MaxNameLength).ToArray();
        byte head = from.Byte("entry type");
        var type = (TreeEntryType)(head & TypeMask);
        if (type > TreeEntryType.HardLink)
            throw from.Corrupt("entry type", $"{(int)type}, at most {(int)TreeEntryType.HardLink} allowed");
        if (type != TreeEntryType.File && (head & (IsLarge | IsUnhashed)) != 0)
            throw from.Corrupt("entry type", "only a file can be large");
        if (type == TreeEntryType.HardLink)
        {
            if ((head & ~TypeMask) != 0)
                throw from.Corrupt("entry type", "a hard link has nothing of its own");
            return new TreeEntry { Name = name, Type = type, LinkTarget = from.String("hard link", MaxTargetLength).ToArray() };
        }

        int mode = (int)from.Unsigned("mode", 0xFFF);
        uint uid = (uint)from.Unsigned("uid", uint.MaxValue), gid = (uint)from.Unsigned("gid", uint.MaxValue);
        var time = new Timestamp(from.Signed("mtime"), (int)from.Unsigned("mtime nanoseconds", 999_999_999));
        long size = 0;
        ObjectId? sha256 = null;
        ListId? list = null;
        TreeId tree = default;
        byte[] target = [];
        uint major = 0, minor = 0;
        switch (type)
        {
            case TreeEntryType.File:
                size = from.Unsigned("size", long.MaxValue);
                sha256 = (head & IsUnhashed) == 0 ? from.Id("hash") : null;
                list = (head & IsLarge) != 0 ? new ListId(from.Id("list")) : null;
                if (sha256 is null && list is null)
                    throw from.Corrupt("entry type", "a file that is not hashed must have a list");
                break;
            case TreeEntryType.Directory:
                tree = new TreeId(from.Id("tree"));
                break;
            case TreeEntryType.SymbolicLink:
                target = from.String("link target", MaxTargetLength).ToArray();
                break;
            case TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice:
                major = (uint)from.Unsigned("device major", uint.MaxValue);
                minor = (uint)from.Unsigned("device minor", uint.MaxValue);
                break;
        }

        uint attributes = (head & HasAttributes) != 0 ? (uint)from.Unsigned("attributes", uint.MaxValue) : 0;
        var xattrs = new List<TreeXattr>();
        if ((head & HasXattrs) != 0)
        {
            int count = (int)from.Unsigned("xattr count", MaxXattrs);
            for (int i = 0; i < count; i++)
                xattrs.Add(new TreeXattr(from.String("xattr name", MaxNameLength).ToArray(), from.String("xattr value", MaxXattrSize).ToArray()));
        }

        return new TreeEntry
        {
            Name = name, Type = type, Mode = mode, Uid = uid, Gid = gid, ModifiedTime = time, Size = size, Sha256 = sha256, List = list, Tree = tree,
            LinkTarget = target, DeviceMajor = major, DeviceMinor = minor, Attributes = attributes, Xattrs = xattrs,
        };
    }
}
