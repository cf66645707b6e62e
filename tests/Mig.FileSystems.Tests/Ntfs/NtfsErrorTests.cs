using Mig.Core;

namespace Mig.FileSystems.Tests.Ntfs;

/// <summary>Every named error is raised by the damage that it is for. One damage per line: code, what is done to the image.</summary>
public sealed class NtfsErrorTests(NtfsSamples samples) : IClassFixture<NtfsSamples>
{
    private const uint Standard = 0x10, List = 0x20, Name = 0x30, Security = 0x50, Volume = 0x70, Data = 0x80, Root = 0x90, Blocks = 0xA0,
        Bits = 0xB0;
    private const int Mft = 0, VolumeFile = 3, RootFolder = 5, BitmapFile = 6, SecureFile = 9;

    private static readonly List<(string Code, Action<NtfsPatch> Damage)> Damages =
    [
        ("NTFS-001", static p => p.Set16(0x0B, 100)),
        ("NTFS-001", static p => p.Set16(0x0B, 8192)),
        ("NTFS-002", static p => p.Image[0x0D] = 3),
        ("NTFS-002", static p => p.Image[0x0D] = 0),
        ("NTFS-002", static p => p.Image[0x0D] = 0x81),
        ("NTFS-002", static p => p.Image[0x0D] = 0xF0),
        ("NTFS-003", static p => p.Set64(0x28, 0)),
        ("NTFS-003", static p => p.Set64(0x28, -1)),
        ("NTFS-004", static p => p.Image[0x40] = 0),
        ("NTFS-004", static p => p.Image[0x44] = 0xE0),
        ("NTFS-005", static p => p.Set64(0x30, long.MaxValue)),
        ("NTFS-010", static p => p.Image[p.Record(BitmapFile)] = (byte)'X'),
        ("NTFS-011", static p => p.Image[p.Record(BitmapFile) + 510] ^= 1),
        ("NTFS-011", static p => p.Set16(p.Record(BitmapFile) + 0x06, 2)),
        ("NTFS-011", static p => p.Set16(p.Record(BitmapFile) + 0x04, 0xFFF0)),
        ("NTFS-012", static p => p.Set16(p.Record(BitmapFile) + 0x16, 0)),
        ("NTFS-013", static p => p.Set16(p.Record(p.Find("file")) + 0x14, 7)),
        ("NTFS-013", static p => p.Set32(p.Record(p.Find("file")) + 0x18, 2000)),
        ("NTFS-013", static p => p.Set32(
            p.Record(p.Find("file")) + 0x18, (uint)p.Attribute(p.Find("file"), Data) - (uint)p.Record(p.Find("file")))),
        ("NTFS-014", static p => p.Set32(p.Attribute(p.Find("file"), Standard) + 4, 0xFFFFFFF8)),
        ("NTFS-014", static p => p.Set32(p.Attribute(p.Find("file"), Standard) + 4, 0)),
        ("NTFS-014", static p => p.Image[p.Attribute(p.Find("file"), Data) + 8] = 1),
        ("NTFS-015", static p => p.Set16(p.Attribute(p.Find("folder"), Root) + 0x0A, 0xFFF0)),
        ("NTFS-016", static p => p.Set32(p.Attribute(p.Find("file"), Data) + 0x10, 0xFFFF)),
        ("NTFS-017", static p => p.Set64(p.Attribute(p.Find("big"), Data) + 0x10, -1)),
        ("NTFS-017", static p => p.Set64(p.Attribute(p.Find("big"), Data) + 0x18, long.MaxValue)),
        ("NTFS-018", static p => p.Set64(p.Attribute(p.Find("big"), Data) + 0x30, -1)),
        ("NTFS-018", static p => p.Set64(p.Attribute(p.Find("big"), Data) + 0x38, -1)),
        ("NTFS-019", static p => p.Set32(ListEntry(p) + 0x10, 0xFFFFFF)),
        ("NTFS-020", static p => p.Set64(p.Attribute(p.Find("big"), Data) + 0x10, 1)),
        ("NTFS-021", static p => p.Image[p.Runs(p.Find("big"), Data)] = 0xFF),
        ("NTFS-021", static p => p.Image[p.Runs(p.Find("big"), Data) + 1] = 0),
        ("NTFS-021", static p => p.Image[p.Runs(p.Find("big"), Data) + 1] = 1),
        ("NTFS-021", static p => p.Set16(p.Runs(p.Find("big"), Data) + 2, 0x7FFF)),
        ("NTFS-021", static p => p.Limits = Limits.Default with { MaxExtentsPerFile = 3 }),
        ("NTFS-022", static p => p.Image[p.Attribute(p.Find("packed/text"), Data) + 0x22] = 9),
        ("NTFS-022", static p => p.Image[p.Attribute(p.Find("packed/text"), Data) + 0x22] = 0),
        ("NTFS-023", static p => p.Set64(p.Attribute(p.Find("big"), Data) + 0x30, 1 << 30)),
        ("NTFS-023", static p => p.Set64(p.Attribute(Mft, Data) + 0x30, 1 << 30)),
        ("NTFS-024", static p => p.Set64(p.Attribute(RootFolder, Security) + 0x30, 70_000)),
        ("NTFS-025", static p => p.Image.AsSpan(p.FirstCluster(p.Find("packed/text"), Data), 64).Fill(0xFF)),
        ("NTFS-026", static p => p.Set32(p.Attribute(Mft, Data), 0x81)),
        ("NTFS-027", SplitTable),
        ("NTFS-028", static p => p.Set16(ListEntry(p) + 4, 0)),
        ("NTFS-028", static p => p.Set16(ListEntry(p) + 4, 0xFFFF)),
        ("NTFS-029", static p => p.Set64(p.Record(p.Find("file")) + 0x20, 30)),
        ("NTFS-030", static p => p.Set32(p.Record((int)p.U32(ListEntry(p) + 0x10)) + 0x20, 30)),
        ("NTFS-031", static p => p.Set32(p.Attribute(p.Find("file"), Name), Standard)),
        ("NTFS-032", static p => p.Image[p.Value(p.Find("file"), Name) + 0x40] = 0),
        ("NTFS-032", static p => p.Image[p.Value(p.Find("file"), Name) + 0x40] = 255),
        ("NTFS-032", static p => p.Image[p.Value(p.Find("file"), Name) + 0x41] = 4),
        ("NTFS-033", static p => p.Set32(p.Value(p.Find("folder"), Root) + 0x10, 3)),
        ("NTFS-033", static p => p.Set32(p.Value(p.Find("folder"), Root) + 0x14, 0xFFFF)),
        ("NTFS-034", static p => p.Set16(p.Value(p.Find("folder"), Root) + 0x20 + 0x08, 3)),
        ("NTFS-034", static p => p.Set16(p.Value(p.Find("folder"), Root) + 0x20 + 0x0A, 0xFFFF)),
        ("NTFS-035", static p => p.Set32(p.Attribute(p.Find("folder"), Root), 0x91)),
        ("NTFS-035", static p => p.Set32(p.Attribute(p.Find("many"), Blocks), 0xA1)),
        ("NTFS-036", static p => p.Set32(p.Value(p.Holder(p.Find("many"), Root), Root) + 0x08, 100)),
        ("NTFS-037", static p => p.Set64(Subnode(p), 9999)),
        ("NTFS-038", static p => p.Set64(InnerSubnode(p), p.U32(Subnode(p)))),
        ("NTFS-039", static p => p.Image[p.FirstCluster(p.Find("many"), Blocks)] = (byte)'X'),
        ("NTFS-040", static p => p.Image[p.FirstCluster(p.Find("many"), Blocks) + 510] ^= 1),
        ("NTFS-041", static p => p.Set32(SecurityEntry(p) + 0x14 + 0x10, 3)),
        ("NTFS-041", static p => p.Set64(SecurityEntry(p) + 0x14 + 0x08, long.MaxValue)),
        ("NTFS-042", static p => p.Image[p.FirstCluster(SecureFile, Data) + (int)p.U32(SecurityEntry(p) + 0x14 + 0x08) + 5] ^= 1),
        ("NTFS-043", static p => p.Set16(SecurityEntry(p) + 0x02, 1)),
        ("NTFS-043", static p => p.Limits = Limits.Default with { MaxTableBytes = 32 }),
        ("NTFS-044", MapEverythingTwice),
        ("NTFS-045", static p => p.Set32(p.Attribute(p.Find("file"), Standard), 0x11)),
        ("NTFS-045", static p => p.Set32(p.Attribute(p.Find("file"), Standard) + 0x10, 8)),
        ("NTFS-046", static p => p.Limits = Limits.Default with { MaxXattrBytes = 100 }),
        ("NTFS-047", static p => p.Set16(p.Record(p.Find("file")) + 0x10, 99)),
        ("NTFS-047", static p => p.Set16(p.Record(p.Find("file")) + 0x16, 0)),
        ("NTFS-048", static p => p.Image[p.Value(p.Find("folder"), Root) + 0x20 + 0x10 + 0x42] = (byte)'/'),
        ("NTFS-048", static p => p.Image[p.Value(p.Find("folder"), Root) + 0x20 + 0x10 + 0x42] = 0),
        ("NTFS-049", static p => p.Limits = Limits.Default with { MaxDirectoryEntries = 2 }),
        ("NTFS-050", static p => p.Set64(p.Attribute(BitmapFile, Data) + 0x30, 1)),
        ("NTFS-051", static p => p.Set16(p.Record(RootFolder) + 0x16, 1)),
        ("NTFS-052", static p => p.Set32(p.Attribute(VolumeFile, Volume), 0x71)),
    ];

    public static TheoryData<int, string> Cases
    {
        get
        {
            var data = new TheoryData<int, string>();
            for (int i = 0; i < Damages.Count; i++)
                data.Add(i, Damages[i].Code);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void DamageIsNamed(int index, string code)
    {
        var patch = new NtfsPatch([.. samples.Image]);
        Assert.Empty(patch.ReadAll()!); // without damage it is fine

        Damages[index].Damage(patch);

        var error = Assert.Throws<CorruptImageException>(patch.ReadAll);
        Assert.Equal(code, error.Code);
        Assert.StartsWith(code + ": ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryDocumentedErrorHasATest() =>
        Assert.Equal(DocumentedErrors.Read("NTFS").Order(), Damages.Select(static damage => damage.Code).Distinct().Order());

    [Fact]
    public void OtherCompressionIsRefusedByName()
    {
        var patch = new NtfsPatch([.. samples.Image]);
        patch.Set16(patch.Attribute(patch.Find("packed/text"), Data) + 0x0C, 2);
        Assert.Equal("NTFS compression method", Assert.Throws<UnsupportedFeatureException>(patch.ReadAll).Feature);
    }

    private static int ListEntry(NtfsPatch p)
    {
        // The first entry that leads to another record.
        int number = p.Find("streams"), list = p.Attribute(number, List);
        int entry = p.Image[list + 8] == 0 ? p.Value(number, List) : p.FirstCluster(number, List);
        while (p.U32(entry + 0x10) == number)
            entry += p.U16(entry + 4);
        return entry;
    }

    // Where the root of the large directory names a block: it is too small for any entry but the one that ends it.
    private static int Subnode(NtfsPatch p)
    {
        int entry = p.Value(p.Holder(p.Find("many"), Root), Root) + 0x20;
        return entry + p.U16(entry + 8) - 8;
    }

    // Where the first entry of that block names another one.
    private static int InnerSubnode(NtfsPatch p)
    {
        int number = p.Find("many"), node = p.Place(p.Holder(number, Blocks), Blocks, (int)p.U32(Subnode(p)) * p.ClusterSize) + 0x18;
        int entry = node + (int)p.U32(node);
        return entry + p.U16(entry + 8) - 8;
    }

    // The entry of the descriptor of "file" in the index by numbers; the second index of the record.
    private static int SecurityEntry(NtfsPatch p)
    {
        uint id = p.U32(p.Value(p.Find("file"), Standard) + 0x34);
        int entry = p.Value(SecureFile, Root, 1) + 0x20;
        while (p.U32(entry + 0x10) != id)
            entry += p.U16(entry + 8) is > 0 and var length && (p.U16(entry + 0x0C) & 2) == 0 ? length
                : throw new InvalidOperationException($"no descriptor {id}");
        return entry;
    }

    // Makes a list of attributes of the table's own bitmap, with a part of the table in a record that has none.
    private static void SplitTable(NtfsPatch p)
    {
        int attribute = p.Attribute(Mft, Bits), entry = p.FirstCluster(Mft, Bits);
        p.Set32(attribute, List);
        p.Set64(attribute + 0x30, 0x20);
        p.Set64(attribute + 0x38, 0x20);
        p.Image.AsSpan(entry, 0x20).Clear();
        p.Set32(entry, Data);
        p.Set16(entry + 4, 0x20);
        p.Set64(entry + 8, (long)p.U32(p.Attribute(Mft, Data) + 0x18) + 1);
        p.Set64(entry + 0x10, BitmapFile);
    }

    private static void MapEverythingTwice(NtfsPatch p)
    {
        int number = p.Find("scattered"), attribute = p.Attribute(number, Data), runs = p.Runs(number, Data);
        int clusters = p.Image.Length / p.ClusterSize - 8;
        foreach (int at in (int[])[0, 5])
        {
            p.Image[runs + at] = 0x22;
            p.Set16(runs + at + 1, clusters);
            p.Set16(runs + at + 3, at == 0 ? 1 : 2);
        }

        p.Image[runs + 10] = 0;
        p.Set64(attribute + 0x18, (2 * clusters) - 1);
    }
}
