using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Encoding;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests;

/// <summary>Puts versions into a repository that no mig would make: their objects go straight into its store.</summary>
internal static class LyingRepository
{
    private static readonly Signature Liar =
        Signature.Create("A Liar", "liar@example.com", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    /// <summary>Adds a branch whose one version has one disk with one volume.</summary>
    public static void AddBranch(string folder, string branch, Func<ObjectWriter, TreeId> makeRoot)
    {
        AddBranch(folder, branch, writer =>
        {
            var root = new TreeEntry { Name = default, Type = TreeEntryType.Directory, Mode = 0x1ED, Tree = makeRoot(writer) };
            return new MachineImage([new ImageDisk("disk", 1 << 20, "none", 512, null,
                [new ImageVolume(0, new ByteRange(0, 1 << 20), "", "", "ext4", "", "", root, "")])]).Write(writer);
        });
    }

    /// <summary>Adds a branch whose one version is an image.</summary>
    public static void AddBranch(string folder, string branch, Func<ObjectWriter, ImageId> makeImage)
    {
        using Repository repository = TestRepository.Open(folder);
        ObjectId id;
        using (ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions))
        {
            id = writer.AddObject(ObjectKind.Commit,
                new Commit { Image = makeImage(writer), Author = Liar, Committer = Liar, Message = "a lie\n" }.Encode());
            writer.Complete();
        }

        RefTransaction transaction = repository.Refs.BeginTransaction(Liar);
        transaction.Update(RefName.Branch(branch), default(ObjectId), id, "lie");
        transaction.Commit();
    }

    /// <summary>Stores a directory as it is, out of order or not.</summary>
    public static TreeId Directory(ObjectWriter writer, params TreeEntry[] entries) => new TreeWriter(writer).Write(entries);

    /// <summary>So many directories, each in the one before.</summary>
    public static TreeId Chain(ObjectWriter writer, int depth)
    {
        TreeId tree = Directory(writer, File(writer, "bottom"));
        for (int i = 0; i < depth; i++)
            tree = Directory(writer, Folder("d", tree));
        return tree;
    }

    /// <summary>Directories of ten equal directories, so many levels of them: as many trees stand for ten to this power.</summary>
    public static TreeId Bomb(ObjectWriter writer, int levels)
    {
        TreeId tree = Directory(writer, File(writer, "leaf"));
        for (int i = 0; i < levels; i++)
        {
            TreeId below = tree;
            tree = Directory(writer, [.. Enumerable.Range(0, 10).Select(digit => Folder($"{digit}", below))]);
        }

        return tree;
    }

    public static TreeEntry Folder(string name, TreeId tree) =>
        new() { Name = Bytes(name), Type = TreeEntryType.Directory, Mode = 0x1ED, Tree = tree };

    public static TreeEntry File(ObjectWriter writer, string name, string content = "x")
    {
        byte[] bytes = Bytes(content);
        var id = ObjectId.Of(bytes);
        writer.AddBlob(new BlobId(id), bytes, default);
        return new TreeEntry { Name = Bytes(name), Type = TreeEntryType.File, Mode = 0x1A4, Size = bytes.Length, Sha256 = id };
    }

    public static TreeEntry HardLink(string name, string target) =>
        new() { Name = Bytes(name), Type = TreeEntryType.HardLink, LinkTarget = Bytes(target) };

    public static TreeEntry SymbolicLink(string name, string target) =>
        new() { Name = Bytes(name), Type = TreeEntryType.SymbolicLink, Mode = 0x1FF, LinkTarget = Bytes(target) };

    /// <summary>Stores an inner node of a large directory.</summary>
    public static TreeId Inner(ObjectWriter writer, int level, params (string FirstName, TreeId Child)[] children)
    {
        var payload = new PayloadWriter();
        payload.Byte(1);
        payload.Byte((byte)level);
        payload.Unsigned(children.Length);
        foreach ((string firstName, TreeId child) in children)
        {
            payload.String(firstName);
            payload.Id(child.Value);
        }

        return new TreeId(writer.AddObject(ObjectKind.Tree, payload.Written));
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);
}
