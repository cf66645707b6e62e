using Mig.Core;
using Mig.FileSystems;
using Mig.History.Trees;
using Mig.Images.Ingest;

namespace Mig.Edits;

/// <summary>Changes a file system, and notes in its manifest what each change did to names, metadata and contents.</summary>
internal sealed class RecordingWriter(IFileSystemWriter inner, ManifestEdit manifest) : IFileSystemWriter
{
    private const byte Slash = (byte)'/';

    public bool FoldsNames => inner.FoldsNames;

    public IFileSystem Read() => inner.Read();

    public FileNode? Find(ReadOnlySpan<byte> path) => inner.Find(path);

    public byte[] Resolve(ReadOnlySpan<byte> path) => inner.Resolve(path);

    public NodeMetadata Fit(NodeType type, NodeMetadata wanted) => inner.Fit(type, wanted);

    public void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, IByteSource content) =>
        Create(path, TreeEntryType.File, place => inner.CreateFile(place, metadata, content));

    public void CreateFile(ReadOnlySpan<byte> path, NodeMetadata metadata, Stream content, long length) =>
        Create(path, TreeEntryType.File, place => inner.CreateFile(place, metadata, content, length));

    public void ReplaceContent(ReadOnlySpan<byte> path, IByteSource content) =>
        ChangeContent(path, place => inner.ReplaceContent(place, content));

    public void ReplaceContent(ReadOnlySpan<byte> path, Stream content, long length) =>
        ChangeContent(path, place => inner.ReplaceContent(place, content, length));

    public void Append(ReadOnlySpan<byte> path, IByteSource content) => ChangeContent(path, place => inner.Append(place, content));

    public void Append(ReadOnlySpan<byte> path, Stream content, long length) =>
        ChangeContent(path, place => inner.Append(place, content, length));

    public void SetLength(ReadOnlySpan<byte> path, long length) => ChangeContent(path, place => inner.SetLength(place, length));

    public void CreateDirectory(ReadOnlySpan<byte> path, NodeMetadata metadata) =>
        Create(path, TreeEntryType.Directory, place => inner.CreateDirectory(place, metadata));

    public void CreateSymbolicLink(ReadOnlySpan<byte> path, ReadOnlySpan<byte> target, NodeMetadata metadata)
    {
        byte[] text = target.ToArray();
        Create(path, TreeEntryType.SymbolicLink, place => inner.CreateSymbolicLink(place, text, metadata));
    }

    public void CreateSpecial(ReadOnlySpan<byte> path, NodeType type, uint major, uint minor, NodeMetadata metadata) =>
        Create(path, TreeEntries.TypeOf(type), place => inner.CreateSpecial(place, type, major, minor, metadata));

    public void CreateHardLink(ReadOnlySpan<byte> existing, ReadOnlySpan<byte> path)
    {
        manifest.LoadLinks();
        ManifestName file = GetExisting(existing);
        (ManifestName parent, byte[] name) = GetNewPlace(path);
        inner.CreateHardLink(existing, path);
        manifest.AddLink(file, parent, name);
    }

    public void Remove(ReadOnlySpan<byte> path)
    {
        LoadLinksOf(inner.Find(path));
        ManifestName name = GetExisting(path);
        inner.Remove(path);
        manifest.Remove(name);
    }

    public void RemoveDirectory(ReadOnlySpan<byte> path)
    {
        ManifestName name = GetExisting(path);
        inner.RemoveDirectory(path);
        manifest.Remove(name);
    }

    public void Rename(ReadOnlySpan<byte> source, ReadOnlySpan<byte> target)
    {
        FileNode? moved = inner.Find(source), replaced = inner.Find(target);
        LoadLinksOf(moved);
        LoadLinksOf(replaced);
        if (moved?.Type == NodeType.Directory)
            manifest.LoadLinks(); // links may name files below it
        ManifestName name = GetExisting(source);
        ManifestName? old = replaced is null ? null : GetExisting(target);
        (ManifestName parent, byte[] newName) = GetNewPlace(target);
        inner.Rename(source, target);
        if (old == name || old?.Item != name.Item)
            Move(name, old, parent, newName);
    }

    public void SetOwner(ReadOnlySpan<byte> path, uint uid, uint gid) => ChangeMetadata(path, place => inner.SetOwner(place, uid, gid));

    public void SetMode(ReadOnlySpan<byte> path, int mode) => ChangeMetadata(path, place => inner.SetMode(place, mode));

    public void SetTimes(ReadOnlySpan<byte> path, Timestamp modified, Timestamp? accessed = null) =>
        ChangeMetadata(path, place => inner.SetTimes(place, modified, accessed));

    public void SetAttributes(ReadOnlySpan<byte> path, uint attributes) =>
        ChangeMetadata(path, place => inner.SetAttributes(place, attributes));

    public void SetExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        (byte[] attribute, byte[] bytes) = (name.ToArray(), value.ToArray());
        ChangeMetadata(path, place => inner.SetExtendedAttribute(place, attribute, bytes));
    }

    public void RemoveExtendedAttribute(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        byte[] attribute = name.ToArray();
        ChangeMetadata(path, place => inner.RemoveExtendedAttribute(place, attribute));
    }

    public void Commit() => inner.Commit();

    public void Dispose() => inner.Dispose();

    private void Create(ReadOnlySpan<byte> path, TreeEntryType type, Action<ReadOnlySpan<byte>> create)
    {
        (ManifestName parent, byte[] name) = GetNewPlace(path);
        create(path);
        manifest.Add(parent, name, type);
    }

    private void ChangeContent(ReadOnlySpan<byte> path, Action<ReadOnlySpan<byte>> change)
    {
        ManifestName name = GetExisting(path);
        change(path);
        manifest.MarkContent(name);
    }

    private void ChangeMetadata(ReadOnlySpan<byte> path, Action<ReadOnlySpan<byte>> change)
    {
        ManifestName name = GetExisting(path);
        change(path);
        manifest.MarkMetadata(name);
    }

    private void Move(ManifestName name, ManifestName? replaced, ManifestName parent, byte[] newName)
    {
        if (replaced is not null && replaced != name)
            manifest.Remove(replaced);
        manifest.Move(name, parent, newName);
    }

    private void LoadLinksOf(FileNode? node)
    {
        if (node is { Type: not NodeType.Directory, LinkCount: > 1 })
            manifest.LoadLinks();
    }

    /// <summary>Finds what a path names now, its last name not followed.</summary>
    private ManifestName GetExisting(ReadOnlySpan<byte> path)
    {
        (byte[] directory, byte[] name) = Split(path);
        ManifestName? found = name.Length == 0 ? manifest.Find(directory) : manifest.Find([.. directory, Slash, .. name]);

        // Where case does not count, the file system knows how the name is spelt.
        if (found is null && inner.Find(path) is not null)
            found = manifest.Find(inner.Resolve(path));
        if (found?.Item.Entry.Type == TreeEntryType.HardLink)
        {
            manifest.LoadLinks();
            found = GetExisting(path);
        }

        return found ?? throw new NotFoundException($"{System.Text.Encoding.UTF8.GetString(path)} does not exist in the file system");
    }

    private (ManifestName Parent, byte[] Name) GetNewPlace(ReadOnlySpan<byte> path)
    {
        (byte[] directory, byte[] name) = Split(path);
        ManifestName parent = manifest.Find(directory) is { Item.Entry.Type: TreeEntryType.Directory } found
            ? found
            : throw new NotFoundException($"{System.Text.Encoding.UTF8.GetString(directory)} is no directory in the file system");
        return (parent, name);
    }

    // The directory with all links followed, and the last name as it is; no name when the path ends at a directory by "/", "." or "..".
    private (byte[] Directory, byte[] Name) Split(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> trimmed = path.TrimEnd(Slash);
        int slash = trimmed.LastIndexOf(Slash);
        ReadOnlySpan<byte> name = trimmed[(slash + 1)..];
        if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            return (inner.Resolve(path), []);
        return (inner.Resolve(slash < 0 ? "/"u8 : trimmed[..(slash + 1)]), name.ToArray());
    }
}
