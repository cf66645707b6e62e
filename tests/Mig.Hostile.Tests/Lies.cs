using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;
using static Mig.Hostile.Tests.LyingRepository;

namespace Mig.Hostile.Tests;

/// <summary>
/// Every kind of lie that a tree, list, layout or image can tell while all its objects have the hashes that they are named by.
/// </summary>
internal static class Lies
{
    public static IReadOnlyDictionary<string, Lie> All { get; } = new Dictionary<string, Lie>
    {
        ["names out of order"] = Root("OBJ-004", writer => Directory(writer, File(writer, "b"), File(writer, "a"))),
        ["a name twice"] = Root("OBJ-004", writer => Directory(writer, SymbolicLink("a", "/tmp"), File(writer, "a"))),
        ["parts out of order"] = Root("OBJ-004", writer =>
            Inner(writer, 1, ("b", Directory(writer, File(writer, "b"))), ("a", Directory(writer, File(writer, "a"))))),
        ["parts that overlap"] = Root("OBJ-004", writer =>
            Inner(writer, 1, ("a", Directory(writer, File(writer, "a"), File(writer, "c"))), ("b", Directory(writer, File(writer, "b"))))),
        ["a part that begins elsewhere"] = Root("OBJ-004", writer => Inner(writer, 1, ("a", Directory(writer, File(writer, "b"))))),
        ["a part of its own level"] =
            Root("OBJ-001", writer => Inner(writer, 1, ("a", Inner(writer, 1, ("a", Directory(writer, File(writer, "a"))))))),
        ["a name that leads up"] = Root("OBJ-011", writer => Directory(writer, Folder("..", Directory(writer, File(writer, "f"))))),
        ["a name that is the directory"] = Root("OBJ-011", writer => Directory(writer, Folder(".", Directory(writer, File(writer, "f"))))),
        ["a name with slashes"] = Root("OBJ-011", writer => Directory(writer, File(writer, "/tmp/x"))),
        ["a name with NUL"] = Root("OBJ-011", writer => Directory(writer, File(writer, "a\0b"))),
        ["a name of 4096 bytes"] = Root("OBJ-011", writer => Directory(writer, File(writer, new string('n', 4096)))),
        ["a name without bytes"] = Root("OBJ-011", writer => Directory(writer, File(writer, ""))),
        ["a link to nothing"] = Root("OBJ-008", writer => Directory(writer, HardLink("a", "/missing"), File(writer, "b"))),
        ["a link to itself"] = Root("OBJ-008", writer => Directory(writer, HardLink("a", "/a"))),
        ["a link to a link"] = Root("OBJ-008", writer => Directory(writer, File(writer, "a"), HardLink("b", "/a"), HardLink("c", "/b"))),
        ["a link to a directory"] = Root("OBJ-008", writer => Directory(writer, Folder("d", Directory(writer)), HardLink("e", "/d"))),
        ["a link through a file"] = Root("OBJ-008", writer => Directory(writer, File(writer, "a"), HardLink("b", "/a/c"))),
        ["a link out of the volume"] = Root("OBJ-008", writer => Directory(writer, File(writer, "a"), HardLink("b", "/../a"))),
        ["a symbolic link with NUL"] = Root("OBJ-011", writer => Directory(writer, SymbolicLink("a", "b\0c"))),
        ["a symbolic link to nowhere"] = Root("OBJ-011", writer => Directory(writer, SymbolicLink("a", ""))),
        ["attributes out of order"] =
            Root("OBJ-001", writer => Directory(writer, File(writer, "a") with { Xattrs = [Xattr("user.b"), Xattr("user.a")] })),
        ["an empty file with a hash"] = Root("OBJ-010", writer => Directory(writer, File(writer, "a") with { Size = 0 })),
        ["a file longer than its blob"] = Root("FSCK-003", writer => Directory(writer, File(writer, "a") with { Size = 2 }), "FRAME-005"),
        ["a file longer than its list"] = Root("OBJ-010", writer => Directory(writer, Large(writer, 3 << 20, 2 << 20))),
        ["20,000 levels"] = Root("OBJ-009", writer => Chain(writer, 20_000)),
        ["a path of 100,000 bytes"] = Root("OBJ-009", writer =>
            Enumerable.Range(0, 400).Aggregate(Directory(writer), (tree, _) => Directory(writer, Folder(new string('n', 250), tree)))),
        ["12 levels of 10 equal directories"] = Root("OBJ-012", writer => Bomb(writer, 12)),
        ["a layout that reaches over its disk"] =
            Image("OBJ-005", writer => new ImageDisk("disk", 512, "none", 512, Layout(writer, 1024), [])),
        ["a layout of another level"] = Image("OBJ-001", writer => new ImageDisk("disk", 1 << 30, "none", 512, Layout(writer, 1024), [])),
        ["a disk whose name leads out"] = Image("OBJ-001", writer => new ImageDisk("../disk", 512, "none", 512, null, [])),
        ["a root that is a file"] = Image("OBJ-001", writer => new ImageDisk(
            "disk", 512, "none", 512, null, [new ImageVolume(0, new ByteRange(0, 512), "", "", "ext4", "", "", File(writer, ""), "")])),
    };

    private static Lie Root(string code, Func<ObjectWriter, TreeId> makeRoot, string? received = null) =>
        new(code, (folder, branch) => LyingRepository.AddBranch(folder, branch, makeRoot)) { ReceivedCode = received ?? code };

    private static Lie Image(string code, Func<ObjectWriter, ImageDisk> makeDisk) =>
        new(code, (folder, branch) => LyingRepository.AddBranch(folder, branch, writer =>
            new MachineImage([makeDisk(writer)]).Write(writer)))
        { ReceivedCode = code };

    private static TreeXattr Xattr(string name) => new(System.Text.Encoding.ASCII.GetBytes(name), new byte[] { 1 });

    private static LayoutId Layout(ObjectWriter writer, int length)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)7, length)];
        var blob = new BlobId(ObjectId.Of(bytes));
        writer.AddBlob(blob, bytes, default);
        var layout = new LayoutWriter(writer, 1 << 20);
        layout.Add(new LayoutPiece(0, length, blob, 0));
        return layout.Finish()!.Value;
    }

    private static TreeEntry Large(ObjectWriter writer, long said, int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)(i >> 3))];
        var blob = new BlobId(ObjectId.Of(bytes));
        writer.AddBlob(blob, bytes, default);
        ListId list = ChunkList.Write(writer, [new Chunk(blob, length, IsHole: false)], length, blob.Value);
        return File(writer, "large") with { Size = said, Sha256 = blob.Value, List = list };
    }
}
