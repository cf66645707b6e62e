using Mig.Core;
using Mig.Exchange.Boots;
using Mig.Testing;

namespace Mig.Tests.Exchange.Boots;

/// <summary>What starts a machine is seen on its disks, as the tools make them.</summary>
public sealed class BootFinderTests : IDisposable
{
    private readonly TestFolder _files = new();

    [Theory]
    [InlineData("efi BOOTX64.EFI", "Uefi x86_64")]
    [InlineData("efi bootaa64.efi", "Uefi aarch64")]
    [InlineData("efi bootaa64.efi; efi BOOTX64.EFI", "Uefi x86_64")]
    [InlineData("efi BOOTX64.EFI; code", "Uefi x86_64")] // code that nothing stands behind: a tool's own
    [InlineData("efi BOOTX64.EFI; code; core", "Bios x86_64")]
    [InlineData("efi grubx64.efi; code", "Bios x86_64")]
    [InlineData("code", "Bios x86_64")]
    [InlineData("efi other.efi", null)]
    [InlineData("", null)]
    public void Loaders_and_boot_code_are_told_apart(string steps, string? expected)
    {
        string disk = _files["disk.raw"];
        Tool.RunScript("""
            cd "$(dirname "$1")"
            truncate -s 64M "$1"
            sgdisk -a 2048 -n 1:2048:+1M -t 1:ef02 -n 2:0:+40M -t 2:ef00 "$1" > /dev/null
            mkfs.fat -F 32 --offset 4096 "$1" 40960 > /dev/null
            mmd -i "$1@@2M" ::EFI ::EFI/BOOT
            IFS=';'
            for step in $2; do
              IFS=' '; set -- "$1" $step
              case ${2:-} in
                efi) printf MZ > loader; mcopy -i "$1@@2M" loader "::EFI/BOOT/$3" ;;
                code) printf '\353\376' | dd of="$1" conv=notrunc status=none ;;
                core) printf GRUB | dd of="$1" bs=1M seek=1 conv=notrunc status=none ;;
              esac
            done
            """, disk, steps);
        Assert.Equal(expected, Find(disk));
        if (expected is not null)
            Assert.Equal(expected, Find(disk, Enum.Parse<BootFirmware>(expected.Split(' ')[0])));
        Assert.Null(Find(disk, BootFirmware.Kernel));
        if (!steps.Contains("code", StringComparison.Ordinal))
            Assert.Null(Find(disk, BootFirmware.Bios));
    }

    [Fact]
    public void An_MBR_disk_starts_by_its_code_if_a_partition_is_active_or_GRUB_stands_behind_it()
    {
        string disk = _files["disk.raw"];
        Tool.RunScript("""
            truncate -s 64M "$1"
            printf 'label: dos\nstart=4096, size=81920, type=ef\nstart=90112, type=83\n' | sfdisk -q "$1"
            mkfs.fat -F 32 --offset 4096 "$1" 40960 > /dev/null
            mmd -i "$1@@2M" ::EFI ::EFI/BOOT
            printf MZ | mcopy -i "$1@@2M" - ::EFI/BOOT/BOOTX64.EFI
            printf '\353\376' | dd of="$1" conv=notrunc status=none
            """, disk);
        Assert.Equal("Uefi x86_64", Find(disk));
        Tool.Run("sfdisk", "-q", "--activate", disk, "2");
        Assert.Equal("Bios x86_64", Find(disk));
        Tool.Run("sfdisk", "-q", "--activate", disk, "-");
        Assert.Equal("Uefi x86_64", Find(disk));
        Tool.RunScript("printf GRUB | dd of=\"$1\" bs=512 seek=1 conv=notrunc status=none", disk);
        Assert.Equal("Bios x86_64", Find(disk));
    }

    [Fact]
    public void Of_several_kernels_the_newest_with_a_first_file_system_is_started()
    {
        MakeKernel("boot/vmlinuz-6.1.0-9-amd64", "HdrS", 0x202);
        MakeKernel("boot/vmlinuz-6.1.0-10-amd64", "HdrS", 0x202);
        MakeKernel("boot/vmlinuz-6.12.0-1-amd64", "HdrS", 0x202);
        MakeKernel("boot/vmlinuz-6.13.0-bad$(reboot)", "HdrS", 0x202);
        File.WriteAllText(_files["tree/boot/vmlinuz-7.0-nothing"], "short");
        File.WriteAllText(_files["tree/boot/initrd.img-6.1.0-9-amd64"], "nine");
        File.WriteAllText(_files["tree/boot/initramfs-6.1.0-10-amd64.img"], "ten");
        BootWay way = FindKernel("-U 01234567-89ab-cdef-0123-456789abcdef");
        Assert.Equal(("vmlinuz-6.1.0-10-amd64", "initramfs-6.1.0-10-amd64.img", "UUID=01234567-89ab-cdef-0123-456789abcdef", "/boot/"),
            (way.Kernel!.Name, way.Kernel.InitrdName, way.Kernel.Root, way.Kernel.Folder));
        Assert.Equal(("x86_64", 1), (way.Architecture.Name, way.Kernel.Partition));
    }

    [Fact]
    public void A_kernel_alone_finds_its_root_by_the_partition()
    {
        MakeKernel("vmlinuz-6.6", "ARM\x64", 0x38);
        BootWay way = FindKernel("");
        Assert.Equal(("vmlinuz-6.6", null, "PARTUUID=4d494721-01", "aarch64"),
            (way.Kernel!.Name, way.Kernel.InitrdName, way.Kernel.Root, way.Architecture.Name));
    }

    [Fact]
    public void Firmware_that_is_missing_is_asked_for_by_its_package()
    {
        Directory.CreateDirectory(_files["root/usr/share/OVMF"]);
        UnsupportedFeatureException error =
            Assert.Throws<UnsupportedFeatureException>(() => FirmwareFiles.Find(BootArchitecture.X64, _files["root"]));
        Assert.Contains("package ovmf", error.Message, StringComparison.Ordinal);
        Assert.Contains("package qemu-efi-aarch64",
            Assert.Throws<UnsupportedFeatureException>(() => FirmwareFiles.Find(BootArchitecture.Arm64, _files["root"])).Message,
            StringComparison.Ordinal);
        File.WriteAllText(_files["root/usr/share/OVMF/OVMF_CODE.fd"], "code");
        File.WriteAllText(_files["root/usr/share/OVMF/OVMF_VARS.fd"], "variables");
        Assert.Equal(_files["root/usr/share/OVMF/OVMF_CODE.fd"], FirmwareFiles.Find(BootArchitecture.X64, _files["root"]).Code);
    }

    [Fact]
    public void A_damaged_disk_is_only_not_started()
    {
        string disk = _files["disk.raw"];
        MakeKernel("boot/vmlinuz-6.1", "HdrS", 0x202);
        FindKernel("-b 1024");
        byte[] whole = File.ReadAllBytes(disk);
        var random = new Random(7);
        for (int round = 0; round < 60; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = 0; i < 200; i++)
                damaged[(1 << 20) + random.Next(200_000)] ^= (byte)(1 << random.Next(8));
            try
            {
                new BootFinder(Limits.Default).Find([new MemorySource(damaged)], null);
            }
            catch (UnsupportedFeatureException)
            {
                // There is nothing left that starts.
            }
        }
    }

    public void Dispose() => _files.Dispose();

    private static string? Find(string disk, BootFirmware? firmware = null)
    {
        using FileSource source = FileSource.Open(disk);
        try
        {
            BootWay way = new BootFinder(Limits.Default).Find([source], firmware);
            return $"{way.Firmware} {way.Architecture.Name}";
        }
        catch (UnsupportedFeatureException)
        {
            return null;
        }
    }

    private BootWay FindKernel(string options)
    {
        string disk = _files["disk.raw"];
        Tool.RunScript("""
            truncate -s 24M "$1"
            printf 'label: dos\nlabel-id: 0x4d494721\nstart=2048, type=83\n' | sfdisk -q "$1"
            mke2fs -q -t ext4 -d "$2" $3 -E offset=1048576 "$1" 20M
            """, disk, _files["tree"], options);
        using FileSource source = FileSource.Open(disk);
        return new BootFinder(Limits.Default).Find([new MemorySource(new byte[4096]), source], null) is { Disk: 1 } way ? way
            : throw new InvalidOperationException("it is the second disk that starts");
    }

    private void MakeKernel(string path, string magic, int offset)
    {
        byte[] kernel = MixedBytes.Make(4096, 1);
        (kernel[0x1FE], kernel[0x1FF]) = (0x55, 0xAA);
        System.Text.Encoding.ASCII.GetBytes(magic).CopyTo(kernel, offset);
        Directory.CreateDirectory(Path.GetDirectoryName(_files["tree/" + path])!);
        File.WriteAllBytes(_files["tree/" + path], kernel);
    }
}
