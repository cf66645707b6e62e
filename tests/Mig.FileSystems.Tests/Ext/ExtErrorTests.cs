using Mig.Core;

namespace Mig.FileSystems.Tests.Ext;

/// <summary>Every named error is raised by the damage that it is for. One damage per line: code, image, what is done to it.</summary>
public sealed class ExtErrorTests(ExtSamples samples) : IClassFixture<ExtSamples>
{
    /// <summary>The first code that only a change can lead to.</summary>
    internal const string FirstOfWriter = "EXT4-111";

    private const int S = ExtPatch.Superblock;
    private const int NoExtents = 0;

    private static readonly List<(string Code, Func<ExtSamples, byte[]> Image, Action<ExtPatch> Damage)> Damages =
    [
        ("EXT4-001", static s => s.Checksummed, static p => p.Image[S + 0x78] ^= 1),
        ("EXT4-002", static s => s.Checksummed, static p => p.Image[S + 0x175] = 2),
        ("EXT4-003", static s => s.Plain, static p => p.Set32(S + 0x18, 7)),
        ("EXT4-003", static s => s.Plain, static p => p.Set32(S + 0x18, 0x80000000)),
        ("EXT4-004", static s => s.Plain, static p => { p.Set32(S + 0x64, p.U32(S + 0x64) | 0x200); p.Set32(S + 0x1C, 21); }),
        ("EXT4-005", static s => s.Plain, static p => p.Set32(S + 0x20, 0)),
        ("EXT4-005", static s => s.Plain, static p => p.Set32(S + 0x20, 8193)),
        ("EXT4-005", static s => s.Plain, static p => { p.Set32(S + 0x64, p.U32(S + 0x64) | 0x200); p.Set32(S + 0x1C, 4); }),
        ("EXT4-006", static s => s.Plain, static p => p.Set32(S + 0x28, 0)),
        ("EXT4-006", static s => s.Plain, static p => p.Set32(S + 0x28, 8193)),
        ("EXT4-007", static s => s.Plain, static p => p.Set16(S + 0x58, 0)),
        ("EXT4-007", static s => s.Plain, static p => p.Set16(S + 0x58, 192)),
        ("EXT4-007", static s => s.Plain, static p => p.Set16(S + 0x58, 2048)),
        ("EXT4-008", static s => s.Plain, static p => { p.Set32(S + 0x60, p.U32(S + 0x60) | 0x80); p.Set16(S + 0xFE, 48); }),
        ("EXT4-009", static s => s.Plain, static p => p.Set32(S + 0x14, 0)),
        ("EXT4-009", static s => s.Plain, static p => p.Set32(S + 0x14, 2)),
        ("EXT4-010", static s => s.Plain, static p => p.Set32(S + 0x04, 1)),
        ("EXT4-010", static s => s.Plain, static p =>
            { p.Set32(S + 0x60, p.U32(S + 0x60) | 0x80); p.Set16(S + 0xFE, 64); p.Set32(S + 0x150, 0x7FFFFFFF); }),
        ("EXT4-010", static s => s.Plain, static p =>
            { p.Set32(S + 0x64, p.U32(S + 0x64) | 0x200); p.Set32(S + 0x1C, 2); p.Set32(S + 0x20, 32768); p.Set32(S + 0x14, 0);
            p.Set32(S + 0x04, 1); }),
        ("EXT4-011", static s => s.Plain, static p => p.Set32(S + 0x04, 513)),
        ("EXT4-012", static s => s.Plain, static p => p.Set32(S + 0x00, 129)),
        ("EXT4-012", static s => s.Plain, static p => p.Set32(S + 0x04, 8194)),
        ("EXT4-013", static s => s.Plain, static p => p.Limits = Limits.Default with { MaxTableBytes = 31 }),
        ("EXT4-014", static s => s.Plain, static p => p.Set32(S + 0x54, 10)),
        ("EXT4-015", static s => s.Plain, static p => p.Set16(S + 0xCE, 257)),
        ("EXT4-016", static s => s.Plain, MakeOneDescriptorPerBlock),
        ("EXT4-018", static s => s.Plain, static p => { p.Set32(S + 0x60, p.U32(S + 0x60) | 0x10); p.Set32(S + 0x104, 2); }),
        ("EXT4-019", static s => s.Plain, static p => p.Set16(S + 0x15E, 129)),
        ("EXT4-019", static s => s.Plain, static p => p.Set16(S + 0x15C, 129)),
        ("EXT4-020", static s => s.Checksummed, static p => p.Image[p.Descriptor + 0x0C] ^= 1),
        ("EXT4-021", static s => s.Plain, static p => p.Set32(p.Descriptor + 0x00, 512)),
        ("EXT4-021", static s => s.Plain, static p => p.Set32(p.Descriptor + 0x00, 1)),
        ("EXT4-022", static s => s.Plain, static p => p.Set32(p.Descriptor + 0x04, 0)),
        ("EXT4-023", static s => s.Plain, static p => p.Set32(p.Descriptor + 0x08, 500)),
        ("EXT4-024", static s => s.Plain, static p => p.Set32(p.Descriptor + 0x04, p.U32(p.Descriptor))),
        ("EXT4-030", static s => s.AttributeInodes, static p => p.Set32(p.Inode(p.Find("file")) + 160 + 4 + 4, 4000)),
        ("EXT4-031", static s => s.Checksummed, static p => p.Image[p.Inode(p.Find("file")) + 0x04] ^= 1),
        ("EXT4-032", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")), 0x01A4)),
        ("EXT4-033", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x1A, 0)),
        ("EXT4-034", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x80, 132)),
        ("EXT4-034", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x80, 30)),
        ("EXT4-035", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x6C, 0x80000000)),
        ("EXT4-035", static s => s.BlockMapped, static p => p.Set32(p.Inode(p.Find("file")) + 0x6C, 0x10)),
        ("EXT4-036", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x88, 1_000_000_000u << 2)),
        ("EXT4-037", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x68, 512)),
        ("EXT4-038", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x20, 0x10000000)),
        ("EXT4-039", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("fast")) + 0x04, 60)),
        ("EXT4-039", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("fast")) + 0x04, 0)),
        ("EXT4-039", static s => s.Plain, static p => p.Image[p.Inode(p.Find("fast")) + 0x28 + 2] = 0),
        ("EXT4-039", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("slow")) + 0x04, 1025)),
        ("EXT4-039", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("slow")) + 0x04, 1024)),
        ("EXT4-040", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x28, 0xF30B)),
        ("EXT4-041", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x28 + 4, 5)),
        ("EXT4-041", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x28 + 2, 5)),
        ("EXT4-041", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("tree")) + 0x28 + 2, NoExtents)),
        ("EXT4-041", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x28 + 2, 0)),
        ("EXT4-042", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x28 + 6, 6)),
        ("EXT4-042", static s => s.Plain, static p => p.Set16(p.FirstExtentNode(p.Find("tree")) + 6, 1)),
        ("EXT4-043", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x28 + 12 + 4, 0)),
        ("EXT4-044", static s => s.Plain, static p => p.Set32(p.FirstExtentNode(p.Find("tree")) + 12 + 12, 0)),
        ("EXT4-044", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x28 + 12, 0xFFFFFFFF)),
        ("EXT4-044", static s => s.Plain, static p =>
            p.Set32(p.FirstExtentNode(p.Find("tree")) + 12, p.U32(p.FirstExtentNode(p.Find("tree")) + 12) + 1)),
        ("EXT4-045", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x28 + 12 + 8, 0)),
        ("EXT4-045", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x28 + 12 + 8, 512)),
        ("EXT4-045", static s => s.Plain, static p => p.Set16(p.Inode(p.Find("file")) + 0x28 + 12 + 6, 1)),
        ("EXT4-045", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("tree")) + 0x28 + 12 + 4, 512)),
        ("EXT4-046", static s => s.Checksummed, static p => p.Image[p.FirstExtentNode(p.Find("tree")) + 20] ^= 1),
        ("EXT4-047", static s => s.BlockMapped, static p =>
            { p.Set32(p.Inode(p.Find("file")) + 0x04, 1 << 20);
            p.Set32(p.Inode(p.Find("file")) + 0x28 + 52, p.U32(p.Inode(p.Find("file")) + 0x28 + 48)); }),
        ("EXT4-048", static s => s.Plain, static p => p.Limits = Limits.Default with { MaxExtentsPerFile = 3 }),
        ("EXT4-049", static s => s.BlockMapped, Repeat),
        ("EXT4-050", static s => s.BlockMapped, static p => p.Set32(p.Inode(p.Find("file")) + 0x28, 512)),
        ("EXT4-050", static s => s.BlockMapped, static p => p.Set32(p.Inode(p.Find("file")) + 0x28 + 48, 1)),
        ("EXT4-050", static s => s.BlockMapped, static p => p.Set32(p.Inode(p.Find("small")) + 0x28 + 20, 9999)),
        ("EXT4-050", static s => s.BlockMapped, static p => p.Set32(((int)p.U32(p.Inode(p.Find("file")) + 0x28 + 48) * 1024) + 400, 9999)),
        ("EXT4-051", static s => s.BlockMapped, static p => p.Set32(p.Inode(p.Find("file")) + 0x28, 2)),
        ("EXT4-051", static s => s.BlockMapped, static p => p.Set32(p.Inode(p.Find("small")) + 0x28 + 20, 2)),
        ("EXT4-051", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("tree")) + 0x28 + 12 + 4, p.U32(p.Descriptor))),
        ("EXT4-051", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("xattr")) + 0x68, p.U32(p.Descriptor))),
        ("EXT4-052", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("file")) + 0x20, 0x10080000)),
        ("EXT4-053", static s => s.Plain, static p => AddFlags(p, "file", 0x200000)),
        ("EXT4-053", static s => s.Plain, static p => AddFlags(p, "file", 0x40000000)),
        ("EXT4-053", static s => s.Plain, static p => AddFlags(p, "fast", 0x10)),
        ("EXT4-053", static s => s.Plain, static p => AddFlags(p, "slow", 0x20)),
        ("EXT4-058", static s => s.Plain, static p =>
            { p.Set16(p.Inode(2) + 0x28 + 2, 2); p.Set32(p.Inode(2) + 0x04, 2048); p.Set32(p.Inode(2) + 0x28 + 24, 1);
            p.Set16(p.Inode(2) + 0x28 + 28, 1); p.Set32(p.Inode(2) + 0x28 + 32, p.U32(p.Inode(2) + 0x28 + 20)); }),
        ("EXT4-059", static s => s.Plain, static p => p.Set16(p.Inode(2), 0x81A4)),
        ("EXT4-060", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("folder")) + 0x04, 65536)),
        ("EXT4-061", static s => s.Plain, static p => p.Set16(p.FirstBlock(2) + 4, 0)),
        ("EXT4-061", static s => s.Plain, static p => p.Set16(p.FirstBlock(2) + 4, 14)),
        ("EXT4-061", static s => s.Plain, static p => p.Set16(p.FirstBlock(2) + 4, 1028)),
        ("EXT4-061", static s => s.Plain, static p => p.Set16(p.FirstBlock(2) + 12 + 4, 1008)),
        ("EXT4-061", static s => s.Plain, static p => p.Set16(p.FirstBlock(2) + 12 + 4, 1004)),
        ("EXT4-061", static s => s.Plain, static p => p.Set16(p.FirstBlock(2) + 4, 8)),
        ("EXT4-062", static s => s.Plain, static p => p.Image[p.FirstBlock(2) + 24 + 6] = 0),
        ("EXT4-062", static s => s.Plain, static p => p.Image[p.FirstBlock(2) + 24 + 6] = 255),
        ("EXT4-062", static s => s.Plain, static p => { p.Set32(p.FirstBlock(2) + 24, 0); p.Image[p.FirstBlock(2) + 24 + 6] = 255; }),
        ("EXT4-063", static s => s.Plain, static p => p.Set32(p.FirstBlock(2) + 24, 129)),
        ("EXT4-063", static s => s.Plain, static p => p.Set32(p.FirstBlock(2) + 24, 8)),
        ("EXT4-063", static s => s.Plain, static p => p.Set32(S + 0x240, (uint)p.Find("file"))),
        ("EXT4-064", static s => s.Checksummed, static p => p.Image[p.FirstBlock(2) + 1024 - 5] = 0),
        ("EXT4-065", static s => s.Checksummed, static p => p.Image[p.FirstBlock(2) + 24] ^= 1),
        ("EXT4-066", static s => s.Indexed, static p => p.Set16(p.FirstBlock(p.Find("folder")) + 34, 500)),
        ("EXT4-066", static s => s.Indexed, static p => p.Image[p.FirstBlock(p.Find("folder")) + 24] = 1),
        ("EXT4-067", static s => s.Indexed, static p => p.Image[p.FirstBlock(p.Find("folder")) + 40] ^= 1),
        ("EXT4-068", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("folder")) + 0x04, 1025)),
        ("EXT4-069", static s => s.Plain, static p => p.Limits = Limits.Default with { MaxDirectoryEntries = 10 }),
        ("EXT4-070", static s => s.Plain, static p => p.Image[p.FirstBlock(2) + 24 + 8] = (byte)'/'),
        ("EXT4-070", static s => s.Plain, static p => p.Image[p.FirstBlock(2) + 24 + 8] = 0),
        ("EXT4-070", static s => s.Plain, static p => p.Set32(p.Inode(2) + 0x20, p.U32(p.Inode(2) + 0x20) | 0x800)),
        ("EXT4-071", static s => s.Plain, static p => p.Image[XattrBlock(p)] ^= 1),
        ("EXT4-071", static s => s.Plain, static p => p.Image[XattrBlock(p) + 8] = 2),
        ("EXT4-072", static s => s.Plain, static p => p.Image[p.Inode(p.Find("xattr")) + 160 + 4] = 255),
        ("EXT4-072", static s => s.Plain, FillAttributeBlock),
        ("EXT4-073", static s => s.Plain, static p => p.Set16(XattrBlock(p) + 32 + 2, 1024)),
        ("EXT4-073", static s => s.Plain, static p => p.Set32(XattrBlock(p) + 32 + 8, 0xFFFFFFFF)),
        ("EXT4-074", static s => s.Checksummed, static p => p.Image[XattrBlock(p) + 1000] ^= 1),
        ("EXT4-075", static s => s.Plain, static p => p.Limits = Limits.Default with { MaxXattrBytes = 100 }),
        ("EXT4-076", static s => s.AttributeInodes, static p => p.Set32(p.Inode(p.Find("file")) + 160 + 4 + 4, (uint)p.Find("file"))),
        ("EXT4-076", static s => s.Plain, static p => p.Set32(p.Inode(p.Find("xattr")) + 160 + 4 + 4, (uint)p.Find("file"))),
        ("EXT4-076", static s => s.AttributeInodes, static p => p.Set32(p.Inode(p.Find("file")) + 160 + 4 + 8, 0)),
        ("EXT4-076", static s => s.AttributeInodes, static p =>
            p.Set32(p.Inode((int)p.U32(p.Inode(p.Find("file")) + 160 + 4 + 4)) + 0x68, 400)),
        ("EXT4-077", static s => s.Plain, static p => p.Image[AclValue(p)] = 2),
        ("EXT4-077", static s => s.Plain, static p => p.Image[AclValue(p) + 4 + 20] = 2),
        ("EXT4-078", static s => s.Plain, static p => { "large"u8.CopyTo(p.Image.AsSpan(p.Inode(p.Find("xattr")) + 160 + 4 + 16)); }),
        ("EXT4-079", static s => s.AttributeInodes, static p =>
            p.Image[p.Inode((int)p.U32(p.Inode(p.Find("file")) + 160 + 4 + 4)) + 0x08] ^= 1),
        ("EXT4-080", static s => s.Checksummed, static p => p.Image[(int)p.U32(p.Descriptor) * 1024] ^= 1),
        ("EXT4-090", static s => s.Journalled, static p => p.Set16(p.Inode(8), 0x41ED)),
        ("EXT4-090", static s => s.Journalled, static p => p.Set16(p.Inode(8) + 0x28 + 12 + 4, 1)),
        ("EXT4-090", static s => s.Journalled, static p => p.Set32(p.Inode(8) + 0x04, 0)),
        ("EXT4-091", static s => s.Journalled, static p => p.Image[Journal(p, 0)] ^= 1),
        ("EXT4-091", static s => s.Journalled, static p => p.SetBig32(Journal(p, 0) + 4, 2)),
        ("EXT4-092", static s => s.Journalled, static p => p.SetBig32(Journal(p, 0) + 0x0C, 4096)),
        ("EXT4-093", static s => s.Journalled, static p => p.SetBig32(Journal(p, 0) + 0x10, 5000)),
        ("EXT4-093", static s => s.Journalled, static p => p.SetBig32(Journal(p, 0) + 0x14, 0)),
        ("EXT4-093", static s => s.Journalled, static p => p.SetBig32(Journal(p, 0) + 0x1C, 1024)),
        ("EXT4-094", static s => s.JournalChecksummed, static p => p.Image[Journal(p, 0) + 0x50] = 1),
        ("EXT4-094", static s => s.JournalChecksummed, static p => p.Image[Journal(p, 0) + 0x2B] |= 8),
        ("EXT4-095", static s => s.JournalChecksummed, static p => p.Image[Journal(p, 0) + 0x30] ^= 1),
        ("EXT4-096", static s => s.JournalChecksummed, static p => p.Image[Journal(p, 1) + 100] ^= 1),
        ("EXT4-096", static s => s.JournalChecksummed, static p => p.Image[Journal(p, 3) + 100] ^= 1),
        ("EXT4-096", static s => s.JournalChecksummed, static p => p.Image[Journal(p, 4) + 100] ^= 1),
        ("EXT4-096", static s => s.Journalled, static p =>
            { p.SetBig32(Journal(p, 0) + 0x24, 1); p.SetBig32(Journal(p, 3) + 0x0C, 0x01040000); }),
        ("EXT4-097", static s => s.Journalled, static p => p.SetBig32(Journal(p, 1) + 12, 4096)),
        ("EXT4-098", static s => s.Journalled, static p => p.Limits = Limits.Default with { MaxTableBytes = 32 }),
        ("EXT4-099", static s => s.JournalChecksummed, DamageCopy),
        ("EXT4-100", static s => s.Journalled, static p => p.SetBig32(Journal(p, 4) + 0x0C, 1025)),
        ("EXT4-100", static s => s.Journalled, static p => p.SetBig32(Journal(p, 4) + 0x0C, 15)),
        ("EXT4-101", static s => s.Journalled, MakeRing),
        ("EXT4-017", static s => s.Journalled, static p => ReplaceSuperblock(p, static _ => { })),
        ("EXT4-017", static s => s.Journalled, static p => ReplaceSuperblock(p, static copy =>
            { copy[0x38] = 0x53; copy[0x39] = 0xEF; copy[0x18] = 1; copy[0x05] = 8; copy[0x21] = 0x40; copy[0x14] = 0; })),
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
        var patch = new ExtPatch([.. Damages[index].Image(samples)]);
        patch.ReadAll(); // without damage it is fine

        Damages[index].Damage(patch);

        var error = Assert.Throws<CorruptImageException>(patch.ReadAll);
        Assert.Equal(code, error.Code);
        Assert.StartsWith(code + ": ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExtentLeafWithoutExtentsIsAHole()
    {
        // The kernel leaves such a leaf behind when it splits one, and reads it so.
        var patch = new ExtPatch([.. samples.Plain]);
        patch.Set16(patch.FirstExtentNode(patch.Find("tree")) + 2, NoExtents);
        patch.ReadAll();
    }

    [Fact]
    public void EveryDocumentedErrorHasATest()
    {
        Assert.Equal(DocumentedErrors.Read("EXT4").Where(static code => string.CompareOrdinal(code, FirstOfWriter) < 0).Order(),
            Damages.Select(static damage => damage.Code).Distinct().Order());
    }

    [Theory]
    [InlineData(0x1u, "ext4 compression")]
    [InlineData(0x8u, "ext4 journal_dev")]
    [InlineData(0x1000u, "ext4 dirdata")]
    [InlineData(0x80000000u, "ext4 incompatible feature 0x80000000")]
    public void UnknownFeaturesAreRefusedByName(uint feature, string name)
    {
        var patch = new ExtPatch([.. samples.Plain]);
        patch.Set32(S + 0x60, patch.U32(S + 0x60) | feature);

        Assert.Equal(name, Assert.Throws<UnsupportedFeatureException>(patch.ReadAll).Feature);
    }

    [Fact]
    public void AnUnknownRevisionIsRefusedByName()
    {
        var patch = new ExtPatch([.. samples.Plain]);
        patch.Set32(S + 0x4C, 2);

        Assert.Equal("ext revision 2", Assert.Throws<UnsupportedFeatureException>(patch.ReadAll).Feature);
    }

    [Fact]
    public void UnknownJournalFeaturesAreRefusedByName()
    {
        var patch = new ExtPatch([.. samples.Journalled]);
        patch.SetBig32(Journal(patch, 0) + 0x28, 0x40);

        Assert.Equal("jbd2 incompatible features 0x40", Assert.Throws<UnsupportedFeatureException>(patch.ReadAll).Feature);
    }

    [Fact]
    public void OtherVolumesAreNotExt()
    {
        using var zeros = new MemorySource(new byte[4096]);
        using var tiny = new MemorySource(new byte[2047]);

        Assert.Null(FileSystemFormats.Open(zeros, Limits.Default));
        Assert.Null(FileSystemFormats.Open(tiny, Limits.Default));
    }

    private static void AddFlags(ExtPatch patch, string file, uint flags)
    {
        int at = patch.Inode(patch.Find(file)) + 0x20;
        patch.Set32(at, patch.U32(at) | flags);
    }

    private static int XattrBlock(ExtPatch patch) => (int)patch.U32(patch.Inode(patch.Find("xattr")) + 0x68) * ExtPatch.BlockSize;

    private static int AclValue(ExtPatch patch)
    {
        int entries = patch.Inode(patch.Find("acl")) + 160 + 4;
        return entries + patch.U16(entries + 2);
    }

    // The journal of a small image lies in several extents.
    internal static int Journal(ExtPatch patch, int block)
    {
        int entry = patch.Inode(8) + 0x28 + 12;
        while (block >= patch.U32(entry) + patch.U16(entry + 4))
            entry += 12;
        return ((int)patch.U32(entry + 8) + block - (int)patch.U32(entry)) * ExtPatch.BlockSize;
    }

    // Damages the copy of a block, and takes the revocation out of the way, with its checksum. The block is in use by then.
    private static void DamageCopy(ExtPatch patch)
    {
        patch.Image[Journal(patch, 2)] ^= 1;
        patch.Image.AsSpan(Journal(patch, 4), ExtPatch.BlockSize).Clear();
    }

    // Descriptors without a commit, each of the right transaction, all the way round.
    private static void MakeRing(ExtPatch patch)
    {
        ReadOnlySpan<byte> descriptor = [0xC0, 0x3B, 0x39, 0x98, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 16];
        for (int block = 1; block < 1024; block++)
            descriptor.CopyTo(patch.Image.AsSpan(Journal(patch, block)));
    }

    // The copy of the file's block becomes one of the superblock; its revocation goes.
    private static void ReplaceSuperblock(ExtPatch patch, Action<byte[]> change)
    {
        byte[] copy = patch.Image[S..(S + ExtPatch.BlockSize)];
        copy[0x38] = 0;
        change(copy);
        patch.SetBig32(Journal(patch, 1) + 12, 1);
        copy.CopyTo(patch.Image, Journal(patch, 2));
        patch.Image.AsSpan(Journal(patch, 4), ExtPatch.BlockSize).Clear();
    }

    // All pointers of an indirect block name one block.
    private static void Repeat(ExtPatch patch)
    {
        int inode = patch.Inode(patch.Find("file"));
        uint data = patch.U32(inode + 0x28);
        int indirect = (int)patch.U32(inode + 0x28 + 48) * ExtPatch.BlockSize;
        patch.Set32(inode + 0x04, 1 << 20);
        for (int i = 0; i < 256; i++)
            patch.Set32(indirect + (i * 4), data);
        int second = 400 * ExtPatch.BlockSize;
        patch.Set32(inode + 0x28 + 52, 400);
        patch.Set32(second, 401);
        for (int i = 0; i < 256; i++)
            patch.Set32((401 * ExtPatch.BlockSize) + (i * 4), data);
    }

    // Groups of one block, and descriptors of one block each: the last one has no room.
    private static void MakeOneDescriptorPerBlock(ExtPatch patch)
    {
        patch.Set32(S + 0x00, 511);
        patch.Set32(S + 0x20, 1);
        patch.Set32(S + 0x24, 1);
        patch.Set32(S + 0x28, 1);
        patch.Set32(S + 0x60, patch.U32(S + 0x60) | 0x80);
        patch.Set16(S + 0xFE, 1024);
        for (int block = 3; block < 512; block++)
            patch.Image.AsSpan(patch.Descriptor, 64).CopyTo(patch.Image.AsSpan(block * ExtPatch.BlockSize));
    }

    // Four entries of 248 bytes leave no room for the end.
    private static void FillAttributeBlock(ExtPatch patch)
    {
        int start = XattrBlock(patch) + 32;
        patch.Image.AsSpan(start, 992).Fill((byte)'n');
        for (int i = 0; i < 4; i++)
        {
            patch.Image.AsSpan(start + (i * 248), 16).Clear();
            patch.Image[start + (i * 248)] = 232;
            patch.Image[start + (i * 248) + 1] = 1;
        }
    }
}
