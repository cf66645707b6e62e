using System.Text;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Revisions;

namespace Mig.Tests.Edits;

/// <summary>What mig does to files on FAT is what mtools do to them, and what FAT cannot hold is refused by name.</summary>
public class FatOperationTests
{
    private const string Prepare = """
        echo boot > boot.efi; echo shim > shim.efi; echo 'timeout 3' > loader.conf; seq 1 9000 > large
        mmd c:/EFI c:/EFI/BOOT 'c:/EFI/a vendor' c:/loader c:/empty
        mcopy -m boot.efi c:/EFI/BOOT/BOOTX64.EFI; mcopy -m shim.efi 'c:/EFI/a vendor/Größe shim.efi'; mcopy -m loader.conf c:/loader/loader.conf; mcopy -m large c:/loader/large
        """;

    [Theory]
    [InlineData("put boot.efi /EFI/BOOT/", "mcopy -m boot.efi c:/EFI/BOOT/boot.efi")]
    [InlineData("put shim.efi /efi/boot/bootx64.efi", "mcopy -m -o shim.efi c:/EFI/BOOT/BOOTX64.EFI")]
    [InlineData("put -p shim.efi /efi/new/Shim.efi", "mmd c:/EFI/new; mcopy -m shim.efi c:/EFI/new/Shim.efi")]
    [InlineData("write /loader/ENTRY <<EOF\nlinux\nEOF", "echo linux | mcopy - c:/loader/ENTRY")]
    [InlineData("append /LOADER/loader.conf <<EOF\nmore\nEOF", "echo 'timeout 3' > l; echo more >> l; mcopy -o l c:/loader/loader.conf")]
    [InlineData("truncate 5000 /loader/large", "head -c 5000 large > l; mcopy -o l c:/loader/large")]
    [InlineData("truncate 50000 /loader/loader.conf", "truncate -s 50000 loader.conf; mcopy -o loader.conf c:/loader/loader.conf")]
    [InlineData("mkdir '/EFI/another vendor'\nmkdir -p /efi/boot /deep/er", "mmd 'c:/EFI/another vendor' c:/deep c:/deep/er")]
    [InlineData("rm /efi/boot/bootx64.efi\nrm -r /Loader\nrm -f /nothing", "mdel c:/EFI/BOOT/BOOTX64.EFI; mdeltree c:/loader")]
    [InlineData("rm -r /EFI", "mdeltree c:/EFI")]
    [InlineData("mv /EFI/BOOT/BOOTX64.EFI /EFI/BOOT/old.efi",
        "mcopy -m c:/EFI/BOOT/BOOTX64.EFI old.efi; mdel c:/EFI/BOOT/BOOTX64.EFI; mcopy -m old.efi c:/EFI/BOOT")]
    [InlineData("mv /efi/boot/bootx64.efi /loader/",
        "mcopy -m c:/EFI/BOOT/BOOTX64.EFI bootx64.efi; mdel c:/EFI/BOOT/BOOTX64.EFI; mcopy -m bootx64.efi c:/loader")]
    [InlineData("mv /loader /empty", "mmove c:/loader c:/empty/loader")]
    [InlineData("mv /EFI/BOOT/BOOTX64.EFI /EFI/BOOT/BootX64.efi",
        "mren c:/EFI/BOOT/BOOTX64.EFI c:/EFI/BOOT/x; mren c:/EFI/BOOT/x c:/EFI/BOOT/BootX64.efi")]
    [InlineData("mv /EFI/BOOT /EFI/Boot", "mren c:/EFI/BOOT c:/EFI/x; mren c:/EFI/x c:/EFI/Boot")]
    [InlineData("mv '/EFI/a vendor' '/EFI/A Vendor'", "mren 'c:/EFI/a vendor' c:/EFI/x; mren c:/EFI/x 'c:/EFI/A Vendor'")]
    [InlineData("mv '/EFI/a vendor/GRÖßE SHIM.EFI' '/a shim'", "mmove 'c:/EFI/a vendor/Größe shim.efi' 'c:/a shim'")]
    [InlineData("chmod 0555 /EFI/BOOT/BOOTX64.EFI\nchmod -R u+r /loader", "mattrib +r c:/EFI/BOOT/BOOTX64.EFI")]
    [InlineData("setfattr system.ntfs_attrib 0x02000000 /loader/loader.conf\nsetfattr system.ntfs_attrib 0x16000000 /empty",
        "mattrib +h -a c:/loader/loader.conf; mattrib +h +s c:/empty")]
    [InlineData("chown 0:0 /EFI/BOOT/BOOTX64.EFI\ntouch /EFI/BOOT/new", "printf '' | mcopy - c:/EFI/BOOT/new")]
    public void ChangesAreThoseOfMtools(string changes, string script)
    {
        using var volume = new EditedFat(Prepare);
        string before = volume.ByMig();
        volume.Apply(changes);
        string after = volume.ByMig();
        Assert.NotEqual(before, after);
        Assert.Equal(volume.ByMtools(script), after);
        volume.Repository.AssertClean();
    }

    [Fact]
    public void TheJudgeSeesTheCaseOfALetter()
    {
        using var volume = new EditedFat(Prepare);
        volume.Apply("mv /EFI/BOOT /EFI/Boot");
        Assert.NotEqual(volume.ByMtools("true"), volume.ByMig());
    }

    [Fact]
    public void TimesAreThoseThatWereSet()
    {
        using var volume = new EditedFat(Prepare);
        volume.Apply("touch /EFI/BOOT/bootx64.efi time=@1700000000\nput boot.efi /loader/new\nput large /loader/large time=@1600000000");
        Assert.Equal(
            volume.ByMtools(
            "touch -d @1700000000 boot; mcopy -m -o boot.efi c:/loader/new; cp boot.efi b; touch -d @1700000000 b; mcopy -m -o b "
            + "c:/EFI/BOOT/BOOTX64.EFI; touch -d @1600000000 large; mcopy -m -o large c:/loader/large", withTimes: true),
            volume.ByMig(withTimes: true));
    }

    [Theory]
    [InlineData("chmod 0644 /loader/large", RefusalReason.NotInFormat, "mode 644 cannot be stored, only 755, and 555 for a read-only file")]
    [InlineData("chmod 0555 /loader", RefusalReason.NotInFormat, "mode 555 cannot be stored, only 755 for a directory")]
    [InlineData("chown 5:6 /loader/large", RefusalReason.NotInFormat, "5:6 cannot be stored, only 0:0")]
    [InlineData("put boot.efi /x mode=0600", RefusalReason.NotInFormat, "mode 600 cannot be stored")]
    [InlineData("put boot.efi /x owner=7", RefusalReason.NotInFormat, "FAT has no owners: 7:0 cannot be stored")]
    [InlineData("mkdir /x mode=0700", RefusalReason.NotInFormat, "mode 700 cannot be stored")]
    [InlineData("ln -s loader /x", RefusalReason.NotInFormat, "FAT has no symbolic links: /x cannot be made")]
    [InlineData("ln /loader/large /x", RefusalReason.NotInFormat, "FAT has no hard links: /x cannot be made")]
    [InlineData("touch /loader/large time=@0", RefusalReason.NotInFormat, "times from 1980 to 2107")]
    [InlineData("setfattr user.a b /loader/large", RefusalReason.BadAttribute, "user.a cannot be stored")]
    [InlineData("setfattr system.ntfs_attrib 0x00080000 /loader/large", RefusalReason.BadAttribute, "no bits but 0x27")]
    [InlineData("write '/loader/what?' x", RefusalReason.BadName, "U+003F, which no name on FAT may have")]
    [InlineData("mkdir /LOADER", RefusalReason.NameTaken, "the name loader is taken")]
    [InlineData("mv /loader /LOADER/", RefusalReason.BadMove, "cannot be moved into itself")]
    [InlineData("rm /loader", RefusalReason.IsADirectory, "-r removes it with all that is in it")]
    public void WhatFatCannotHoldIsRefused(string changes, RefusalReason reason, string message)
    {
        using var volume = new EditedFat(Prepare);
        RefusedOperationException refused = Assert.Throws<RefusedOperationException>(() => volume.Apply(changes));
        Assert.Equal(reason, refused.Reason);
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Equal(volume.ByMtools("true", withTimes: true), volume.ByMig(withTimes: true));
    }

    [Fact]
    public void ANameInOtherLettersIsANewNameInTheLog()
    {
        using var volume = new EditedFat(Prepare);
        IReadOnlyList<string> changes = [];
        volume.Edit((edited, _) =>
        {
            edited.Run(new PlacedOperation(new PathSpec(null, null, default),
                new MoveOperation("/EFI/BOOT/BOOTX64.EFI"u8.ToArray(), "/EFI/BOOT/bootx64.efi"u8.ToArray())));
            changes = [.. edited.Logs[0].Log.Changes.Select(change => $"{change.Kind} {Encoding.UTF8.GetString(change.Path)}")];
        });
        Assert.Equal(["Removed /EFI/BOOT/BOOTX64.EFI", "Added /EFI/BOOT/bootx64.efi"], changes);
    }
}
