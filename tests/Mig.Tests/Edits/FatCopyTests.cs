using Mig.Edits.Layers;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Revisions;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.Tests.Edits;

/// <summary>
/// Files of machines that have owners, modes and any times are put on FAT as the nearest that it can hold, whether something is there
/// already or not.
/// </summary>
public class FatCopyTests
{
    private const string Prepare =
        "mmd c:/EFI c:/EFI/BOOT; echo old > old; mcopy -m old c:/EFI/BOOT/BOOTX64.EFI; mcopy -m old c:/EFI/lower";

    // Owners, modes and times of all kinds; what is a folder there is one here.
    private const string Source = """
        mkdir -p src/EFI/BOOT src/EFI/new; echo boot > src/EFI/BOOT/BOOTX64.EFI; echo grub > src/EFI/new/grub.cfg; echo locked > src/EFI/new/locked
        chmod 600 src/EFI/BOOT/BOOTX64.EFI; chmod 2775 src/EFI/new; chmod 4444 src/EFI/new/locked; chmod 700 src/EFI/BOOT; chown -R 1000:1001 src
        touch -d @1 src/EFI/BOOT/BOOTX64.EFI src/EFI/BOOT; touch -d @5000000000 src/EFI/new/grub.cfg; touch -d @1600000001.5 src/EFI/new/locked src/EFI/new src
        """;

    private const string ByMtools = """
        mmd c:/EFI/new; echo boot > b; echo grub > g; echo locked > l; touch -d '1980-01-01 00:00:00' b; touch -d '2107-12-31 23:59:58' g; touch -d @1600000000 l
        mcopy -m -o b c:/EFI/BOOT/BOOTX64.EFI; mcopy -m g c:/EFI/new/grub.cfg; mcopy -m l c:/EFI/new/locked; mattrib +r c:/EFI/new/locked
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PutStoresTheNearest(bool isArchive)
    {
        using EditedFat volume = Begin();
        volume.Run(new PutOperation("/"u8.ToArray(), volume.Repository.Files["src/."], NodeSettings.None, isArchive));
        AssertNearest(volume);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("archive")]
    public void OverlayStoresTheNearest(string kind)
    {
        using EditedFat volume = Begin();
        Overlay(volume, kind == "folder" ? "src" : "tar -C src -cf layer.tar .");
        AssertNearest(volume);
    }

    [Fact]
    public void WhiteoutsAreForNamesInAnyCase()
    {
        using EditedFat volume = Begin();
        Overlay(volume,
            "mkdir -p l/efi; echo mine > l/efi/mine; touch l/efi/.wh..wh..opq; tar --owner=0 --group=0 -C l -cf layer.tar efi efi/mine "
            + "efi/.wh..wh..opq");
        Assert.Equal(volume.ByMtools("mdel c:/EFI/lower; mdeltree c:/EFI/BOOT; echo mine | mcopy - c:/EFI/mine"), volume.ByMig());
    }

    [Theory]
    [InlineData("ln -s x src/EFI/link", "FAT has no symbolic links: /EFI/link cannot be made")]
    [InlineData("ln src/EFI/new/locked src/EFI/new/second", "FAT has no hard links: /EFI/new/second cannot be made")]
    [InlineData("mkfifo src/EFI/pipe", "FAT has no devices, fifos and sockets: /EFI/pipe cannot be made")]
    [InlineData("setfattr -n user.a -v b src/EFI/new/grub.cfg",
        "FAT has no extended attributes but system.ntfs_attrib: user.a cannot be stored")]
    public void WhatHasNothingNearIsRefused(string script, string message)
    {
        using EditedFat volume = Begin(script);
        RefusedOperationException refused = Assert.Throws<RefusedOperationException>(() =>
            volume.Run(new PutOperation("/"u8.ToArray(), volume.Repository.Files["src/."], NodeSettings.None, IsArchive: true)));
        Assert.Equal(message, refused.Message);
        Assert.Equal(volume.ByMtools("true", withTimes: true), volume.ByMig(withTimes: true));
    }

    // In other letters, and by the short name that a long one gets besides: which is written second would silently take the place of the
    // first.
    [Theory]
    [InlineData("Readme", "README")]
    [InlineData("grün", "GRÜN")]
    [InlineData("A long name.txt", "ALONGN~1.TXT")]
    [InlineData("Docs/one", "docs/two")]
    public void TwoNamesThatAreOneAreRefused(string first, string second)
    {
        string script =
            $"mkdir -p two/t two/Docs two/docs l1/t l2/t; cd two/t; mkdir -p Docs docs; printf 1 > '{first}'; printf 2 > '{second}'; "
            + "rmdir Docs docs 2>/dev/null || true; cd ../..; rm -r two/Docs two/docs; tar --owner=0 --group=0 -C two -cf layer.tar "
            + $"'t/{first.Split('/')[0]}' 't/{second.Split('/')[0]}'";
        using EditedFat volume = Begin(script);
        string before = volume.ByMtools("true", withTimes: true);
        Action[] ways =
        [
            () => volume.Run(new PutOperation("/"u8.ToArray(), volume.Repository.Files["two/t"], NodeSettings.None, false)),
            () => volume.Run(new PutOperation("/"u8.ToArray(), volume.Repository.Files["two/t"], NodeSettings.None, true)),
            () => Overlay(volume, "two"),
            () => Overlay(volume, "true"),
        ];
        foreach (Action way in ways)
        {
            RefusedOperationException refused = Assert.Throws<RefusedOperationException>(way);
            Assert.Contains("are one name in this file system, and both are to be written", refused.Message, StringComparison.Ordinal);
            foreach (string name in (string[])[first, second])
                Assert.Contains("/t/" + name.Split('/')[0], refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, volume.ByMig(withTimes: true));
    }

    // One name in another spelling than the one that is there replaces it, as on every machine that has FAT; and what a layer takes away is
    // no second name.
    [Fact]
    public void OneNameMayBeSpeltAnew()
    {
        using EditedFat volume = Begin("mkdir -p l/efi; echo new > l/efi/LOWER; tar --owner=0 --group=0 -C l -cf layer.tar efi/LOWER");
        Overlay(volume, "true");
        Overlay(volume, "true");
        Assert.Contains("lower", volume.ByMig(), StringComparison.OrdinalIgnoreCase);
        volume.Repository.AssertClean();
    }

    private static EditedFat Begin(string script = "true")
    {
        var volume = new EditedFat(Prepare);
        Tool.RunScript($"cd \"$1\"; umask 022\n{Source}\n{script}", volume.Repository.Files.Path);
        return volume;
    }

    private static void Overlay(EditedFat volume, string layer) => volume.Edit((changes, repository) =>
    {
        var whole = new PathSpec(null, null, default);
        var overlay = new ImageLayer(repository, keepsLinks: false);
        if (Directory.Exists(volume.Repository.Files[layer]))
        {
            overlay.ApplyFolder(changes, whole, volume.Repository.Files[layer], TestContext.Current.CancellationToken);
            return;
        }

        Tool.RunScript($"cd \"$1\"; {layer}", volume.Repository.Files.Path);
        using FileStream archive = File.OpenRead(volume.Repository.Files["layer.tar"]);
        overlay.ApplyArchive(changes, whole, archive, TestContext.Current.CancellationToken);
    });

    private static void AssertNearest(EditedFat volume)
    {
        Assert.Equal(volume.ByMtools(ByMtools, withTimes: true), volume.ByMig(withTimes: true));
        volume.Repository.AssertClean();
    }
}
