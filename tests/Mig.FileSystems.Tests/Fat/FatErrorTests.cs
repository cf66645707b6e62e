using System.Text.RegularExpressions;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Fat;

/// <summary>Each named error, from a volume that is wrong in just that way.</summary>
public sealed class FatErrorTests(FatSamples samples) : IClassFixture<FatSamples>
{
    private const string Fragmented = "FRAGME~1   ";
    private const int Cluster = 0x1A;

    [Fact]
    public void BootSectors()
    {
        AssertError("FAT-001", static patch => patch.Set16(0x0B, 500));
        AssertError("FAT-001", static patch => patch.Set16(0x0B, 256));
        AssertError("FAT-002", static patch => patch.Image[0x0D] = 3);
        AssertError("FAT-003", static patch => patch.Set16(0x0E, 0));
        AssertError("FAT-004", static patch => patch.Image[0x10] = 0);
        AssertError("FAT-005", static patch => patch.Image[0x15] = 7);
        AssertError("FAT-006", static patch => patch.Set16(0x13, 5));
        AssertError("FAT-007", static patch => patch.Set16(0x13, 200));
        AssertError("FAT-008", static patch =>
        {
            // A hundred and sixteen clusters of a sector would need 177 bytes: so as many as no sector has.
            patch.Lengthen(400 << 10);
            patch.Set16(0x13, 800);
        });
        AssertError("FAT-009", static patch =>
        {
            patch.Lengthen(70_000 * 512);
            patch.Set16(0x13, 0);
            patch.Set32(0x20, 70_000);
        });
        AssertError("FAT-012", static patch => patch.Set16(0x11, 0));
    }

    [Fact]
    public void BootSectorsOfFat32()
    {
        AssertError32("FAT-010", static patch => patch.Set32(0x2C, 1));
        AssertError32("FAT-010", static patch => patch.Set32(0x2C, 0x0FFFFFF0));
        AssertError32("FAT-011", static patch => patch.Set16(0x28, 0x82));
        AssertError32("FAT-012", static patch => patch.Set16(0x11, 16));
        var newer = new FatPatch([.. samples.Fat32]);
        newer.Set16(0x2A, 1);
        Assert.Contains("version", Assert.Throws<UnsupportedFeatureException>(() => newer.ReadAll()).Feature, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains()
    {
        AssertError("FAT-020", static patch => patch.Set16(patch.Entry(Fragmented) + Cluster, 0));
        AssertError("FAT-020", static patch => patch.SetNext12(patch.FirstCluster(Fragmented), 0xFF0));
        AssertError("FAT-021", static patch =>
            patch.SetNext12(patch.GetNext12(patch.FirstCluster(Fragmented)), patch.FirstCluster(Fragmented)));
        AssertError("FAT-022", static patch => patch.SetNext12(patch.FirstCluster(Fragmented), 0));
        AssertError("FAT-023", static patch => patch.SetNext12(patch.FirstCluster(Fragmented), 0xFF7));
        AssertError("FAT-024", static patch => patch.SetNext12(patch.FirstCluster(Fragmented), 0xFFF));
        AssertError("FAT-025", static _ => { }, Limits.Default with { MaxExtentsPerFile = 1 });
    }

    [Fact]
    public void Directories()
    {
        // A directory of more clusters than 65,536 entries take.
        var large = new FatPatch([.. samples.Fat32]);
        int table = large.U16(0x0E) * 512;
        for (int cluster = 1000; cluster < 6000; cluster++)
            large.Set32(table + (4 * cluster), (uint)cluster + 1);
        large.Set32(table + (4 * 6000), 0x0FFFFFFF);
        large.Set32(0x2C, 1000);
        AssertCode("FAT-030", large);

        AssertError("FAT-032", static patch => patch.Image[patch.Entry("UPPER   TXT") + 2] = (byte)'/');
        AssertError("FAT-032", static patch => patch.Image.AsSpan(patch.Entry("UPPER   TXT"), 8).Fill((byte)' '));
        AssertError("FAT-033", static patch => patch.Set16(patch.Entry("FOLDER     ") + Cluster, 0));
        using var volume = new MemorySource(samples.Fat12);
        using IFileSystem fileSystem = FileSystemFormats.Open(volume, Limits.Default)!;
        Assert.Equal("FAT-031", Assert.Throws<CorruptImageException>(() => fileSystem.GetNode(5)).Code); // AssertError("FAT-031"
        long file = new FatPatch(samples.Fat12).Entry("UPPER   TXT") / 32;
        Assert.Equal("FAT-034", Assert.Throws<CorruptImageException>(() => fileSystem.ReadDirectory(file)).Code); // AssertError("FAT-034"
    }

    [Fact]
    public void WhatStopsAChange()
    {
        AssertChangeError("FAT-100", static patch => patch.Set16(patch.Entry("UPPER   TXT") + Cluster, patch.FirstCluster("SECOND     ")));
        AssertChangeError("FAT-100", static patch =>
            patch.Set16(patch.ClusterOffset(patch.FirstCluster("FOLDER     ")) + 64 + Cluster, patch.FirstCluster("FOLDER     ")));
        AssertChangeError("FAT-101", static _ => { }, Limits.Default with { MaxDirectoryDepth = 1 });
        AssertChangeError("FAT-102", static _ => { }, Limits.Default with { MaxDirectoryEntries = 5 });
        AssertChangeError("FAT-103", static patch =>
            patch.Image[patch.ClusterOffset(patch.FirstCluster("FOLDER     ")) + 32] = 0xE5, change: static writer =>
        {
            writer.CreateDirectory("/new"u8, new NodeMetadata(0x1ED));
            writer.Rename("/folder"u8, "/new/folder"u8);
        });
    }

    [Fact]
    public void WhatMustBeRepairedFirstIsRefused()
    {
        foreach (Action<FatPatch> damage in (Action<FatPatch>[])[static patch => patch.Image[0x25] = 1, static patch =>
            patch.Image[patch.FatOffset + patch.FatLength + 9] ^= 1])
        {
            var patch = new FatPatch([.. samples.Fat12]);
            damage(patch);
            using var target = new MemoryTarget(patch.Image);
            Assert.Equal(RefusalReason.InUse, Assert.Throws<RefusedOperationException>(() =>
                FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock())).Reason);
        }
    }

    [Fact]
    public void EveryDocumentedErrorHasATest()
    {
        string source = DocumentedErrors.ReadText("tests/Mig.FileSystems.Tests/Fat/FatErrorTests.cs");
        IEnumerable<string> tested = Regex.Matches(source, @"(?:Assert[A-Za-z0-9]*\()""(FAT-[0-9]{3})""")
            .Select(static match => match.Groups[1].Value).Distinct();
        Assert.Equal(DocumentedErrors.Read("FAT").Order(), tested.Order());
    }

    private void AssertError(string code, Action<FatPatch> damage, Limits? limits = null)
    {
        var patch = new FatPatch([.. samples.Fat12]) { Limits = limits ?? Limits.Default };
        Assert.NotNull(new FatPatch(patch.Image).ReadAll());
        damage(patch);
        AssertCode(code, patch);
    }

    private void AssertError32(string code, Action<FatPatch> damage)
    {
        var patch = new FatPatch([.. samples.Fat32]);
        damage(patch);
        AssertCode(code, patch);
    }

    private static void AssertCode(string code, FatPatch patch) =>
        Assert.Equal(code, Assert.Throws<CorruptImageException>(() => patch.ReadAll()).Code);

    private void AssertChangeError(string code, Action<FatPatch> damage, Limits? limits = null, Action<IFileSystemWriter>? change = null)
    {
        var patch = new FatPatch([.. samples.Fat12]);
        damage(patch);
        byte[] before = [.. patch.Image];
        using var target = new MemoryTarget(patch.Image);
        var error = Assert.Throws<CorruptImageException>(() =>
        {
            using IFileSystemWriter writer = FileSystemFormats.OpenWriter(target, limits ?? Limits.Default, new TestClock())!;
            change?.Invoke(writer);
        });
        Assert.Equal(code, error.Code);
        Assert.True(before.AsSpan().SequenceEqual(patch.Image), "the image was written to");
    }
}
