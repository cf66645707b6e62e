using Mig.Cli.Tests.Support;

namespace Mig.Cli.Tests;

/// <summary>A disk with an EFI system partition, as an installer leaves it.</summary>
public sealed class FatTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void An_EFI_system_partition_is_looked_into_and_comes_out_exactly()
    {
        MakeDisk();
        _workspace.Ok("init", "-q");
        Assert.Contains("@1: fat32 'EFI', 3 files in 4 directories", _workspace.Ok("commit", "disk.raw", "-m", "efi"),
            StringComparison.Ordinal);
        Assert.Equal("-rwxr-xr-x 0 0 14 2026-02-01 12:00:00 Größe.cfg\n", _workspace.Ok("ls", "-l", "HEAD:/EFI/a vendor"));
        Assert.Equal("set timeout=3\n", _workspace.Ok("cat", "HEAD:/EFI/a vendor/Größe.cfg"));
        Assert.Equal(File.ReadAllBytes(_workspace["BOOTX64.EFI"]), _workspace.Mig("cat", "HEAD:/EFI/BOOT/BOOTX64.EFI").Ends(0).OutputBytes);
        _workspace.Ok("checkout", "main", "--export", "out.raw");
        _workspace.Shell("cmp disk.raw out.raw").Ends(0);
        _workspace.Ok("fsck");

        // The control: the judge objects.
        _workspace.Shell("printf x | dd of=out.raw bs=1 seek=2000000 conv=notrunc status=none; cmp -s disk.raw out.raw").Ends(1);
    }

    [Fact]
    public void A_boot_loader_is_replaced_by_a_path_in_any_case()
    {
        MakeDisk();
        _workspace.Ok("init", "-q");
        _workspace.Ok("commit", "disk.raw", "-m", "efi");
        _workspace.Shell("seq 9000 > new.efi; mkdir vendor; echo 1 > vendor/one.cfg; chmod 640 vendor/one.cfg; chown 7:8 vendor/one.cfg")
            .Ends(0);
        Assert.Contains(" 1 changed\n", _workspace.Ok("put", "new.efi", "HEAD:/efi/Boot/bootx64.efi", "-m", "a new loader"),
            StringComparison.Ordinal);
        _workspace.Ok("put", "vendor", "HEAD:/EFI/");
        _workspace.Ok("mv", "HEAD:/EFI/vendor", "/EFI/Vendor");
        _workspace.Mig("chmod", "0600", "HEAD:/EFI/Vendor/one.cfg").Ends(3, "FAT has no permissions: mode 600 cannot be stored");
        _workspace.Mig("ln", "-s", "x", "HEAD:/EFI/link").Ends(3, "FAT has no symbolic links");
        Assert.Equal("BOOTX64.EFI\n", _workspace.Ok("ls", "HEAD:/EFI/BOOT"));
        Assert.StartsWith("-rwxr-xr-x 0 0 2 ", _workspace.Ok("ls", "-l", "HEAD:/EFI/Vendor"), StringComparison.Ordinal);
        _workspace.Ok("checkout", "main", "--export", "out.raw");
        _workspace.Shell("""
            export LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1
            dd if=out.raw of=efi bs=1M skip=1 count=35840000 iflag=count_bytes status=none; fsck.fat -n efi >&2
            mtype -i efi ::/EFI/BOOT/BOOTX64.EFI | cmp - new.efi; mdir -b -i efi ::/EFI/Vendor | grep -qx '::/EFI/Vendor/one.cfg'
            """).Ends(0);
        Assert.Contains("Nothing changed", _workspace.Ok("commit", "out.raw", "-m", "the same"), StringComparison.Ordinal);
        _workspace.Ok("fsck");

        // The control: the judge objects.
        _workspace.Shell("printf x | dd of=efi bs=1 seek=20000 conv=notrunc status=none; fsck.fat -n efi").Ends(1);
    }

    public void Dispose() => _workspace.Dispose();

    private void MakeDisk() =>
        _workspace.Shell("""
            export LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1
            truncate -s 40M disk.raw; printf 'label: gpt\nstart=2048, size=70000, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=EFI\n' | sfdisk -q disk.raw
            truncate -s 35840000 efi; mkfs.fat -F 32 -s 1 -i 1234ABCD -n EFI efi >&2
            seq 1 5000 > BOOTX64.EFI; echo 'set timeout=3' > grub.cfg; echo meta > meta-data; touch -d '2026-02-01 12:00:00Z' BOOTX64.EFI grub.cfg meta-data
            mmd -i efi ::/EFI ::/EFI/BOOT '::/EFI/a vendor'; mcopy -m -i efi BOOTX64.EFI ::/EFI/BOOT; mcopy -m -i efi grub.cfg '::/EFI/a vendor/Größe.cfg'; mcopy -m -i efi meta-data ::
            mattrib -i efi +h ::meta-data
            dd if=efi of=disk.raw bs=1M seek=1 conv=notrunc status=none; rm efi
            """).Ends(0);
}
