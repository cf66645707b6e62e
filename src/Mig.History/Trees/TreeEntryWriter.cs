using Mig.Store.Encoding;

namespace Mig.History.Trees;

/// <summary>Writes one tree entry; <see cref="TreeEntryView"/> reads it (docs/format.md, "Tree entries").</summary>
internal static class TreeEntryWriter
{
    public static void Write(PayloadWriter to, TreeEntry entry)
    {
        to.String(entry.Name.Span);
        byte head = (byte)entry.Type;
        if (entry.Attributes != 0)
            head |= TreeEntryFlags.HasAttributes;
        if (entry.Xattrs.Count > 0)
            head |= TreeEntryFlags.HasXattrs;
        if (entry.List is not null)
            head |= TreeEntryFlags.IsLarge;
        if (entry is { Type: TreeEntryType.File, Sha256: null })
            head |= TreeEntryFlags.IsUnhashed;
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
}
