using System.Globalization;
using Mig.Core;
using Mig.History.Images;
using Mig.Machines.Coverage;
using Mig.Machines.Files;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Inventories;

/// <summary>
/// Whatever name a machine has for a volume of its own, its files stand where the machine mounts them; and what is not found has a name.
/// </summary>
public sealed class MountTests : IDisposable
{
    private const string VarUuid = "6a1b0c2d-0000-4000-8000-00000000000a", PartUuid = "b0b0b0b0-1111-4222-8333-444455556666";
    private const int FirstMegabyte = 1, RootMegabytes = 16, VarMegabytes = 8;

    private readonly TestRepository _test = new();

    [Fact]
    public void AllFormsThatSystemdResolvesMeanTheVolume()
    {
        string[] devices =
        [
            $"UUID={VarUuid}", $"UUID=\"{VarUuid.ToUpperInvariant()}\"", $"/dev/disk/by-uuid/{VarUuid}", "LABEL=var\\040data",
                "/dev/disk/by-label/var\\x20data", $"PARTUUID={PartUuid}",
            $"/dev/disk/by-partuuid/{PartUuid}", "PARTLABEL=the\\040var", "/dev/disk/by-partlabel/the\\x20var", "/dev/sda2", "/dev/vda2",
            "/dev/xvda2", "/dev/hda2", "/dev/nvme0n1p2", "/dev/mmcblk0p2",
            "/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001-part2", "/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part2",
            "ID=ata-QEMU_HARDDISK_QM00001-part2", "/dev/mapper/mpatha-part2",
            "/dev/mapper/mpatha2", "/dev/block/8:2", $"/dev/disk/by-path/pci-0000:00:07.0-part/by-uuid/{VarUuid}",
            "/dev/disk/by-path/pci-0000:00:07.0-part/by-partnum/2", "/dev/disk/by-path/pci-0000:00:07.0-part/by-label/var\\x20data",
            $"/dev/disk/by-label/../by-partuuid/{PartUuid}",
        ];
        string[] lost = ["UUID=ffffffff-0000-4000-8000-000000000000", "/dev/disk/by-uuid/1234-ABCD", "PARTUUID=0badf00d-02", "LABEL=none",
            "/dev/mapper/vg-var", "/dev/vg/var", "/dev/sdb1", "/dev/sda9", "/dev/disk/by-id/dm-name-vg-var", "/dev/block/8:9",
            "/dev/mapper/mpathvar"];
        string[] foreign = ["proc /proc proc defaults 0 0", "tmpfs /tmp tmpfs size=1g", "server:/x /net nfs defaults",
            "//server/x /share cifs ro", "/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0", "UUID=1 none swap sw 0 0",
            "# /dev/sdz1 /z ext4 defaults"];
        Commit([
            .. devices.Select((device, i) => $"{device} /m{i} ext4 defaults 0 2"),
                .. lost.Select((device, i) => $"{device} /lost{i} ext4 defaults 0 2"),
            "/dev/sdc1\t/with\\040blank ext4 nofail", "/m0/lib /bound\\040here none bind 0 0", "/nowhere /unbound none bind", .. foreign]);
        MachineFiles files = Open(out ImageCoverage coverage);
        for (int i = 0; i < devices.Length; i++)
            Assert.True(files.Find($"m{i}/lib/dpkg/status") is not null, devices[i]);
        Assert.NotNull(files.Find("bound here/dpkg/status"));
        Assert.Equal([.. Enumerable.Range(0, lost.Length).Select(i => $"/lost{i}"), "/with blank", "/unbound"],
            files.MissingMounts.Select(mount => mount.Entry.Path));
        Assert.Equal(lost.Length + 1, coverage.Gaps.Count()); // what may be missing at a start is no gap
        Assert.Contains(coverage.Unseen, part => part is { Kind: UnseenKind.Mount, Path: "/with blank", Matters: false });
    }

    [Fact]
    public void PartitionsOfAnMbrHaveIdsToo()
    {
        Commit(["PARTUUID=1234abcd-02 /var ext4 defaults", "/dev/disk/by-partuuid/1234ABCD-05 /five ext4 defaults"],
            "label: dos\nlabel-id: 0x1234abcd\n2048,16M,83\n34816,8M,83\n");
        MachineFiles files = Open(out ImageCoverage coverage);
        Assert.NotNull(files.Find("var/lib/dpkg/status"));
        Assert.Equal("/five", Assert.Single(coverage.Gaps).Path);
    }

    [Fact]
    public void UnitsAndTypesOfPartitionsMountAsWell()
    {
        Commit([], units: true);
        MachineFiles files = Open(out ImageCoverage coverage);
        Assert.NotNull(files.Find("var/lib/dpkg/status"));
        Assert.Equal("/data/lost", Assert.Single(coverage.Gaps).Path); // enabled; the other one is not

        // Negative control: without units and types nothing is mounted.
        Commit([]);
        Assert.Null(Open(out coverage).Find("var/lib/dpkg/status"));
        Assert.Equal(UnseenKind.Unmounted, Assert.Single(coverage.Unseen).Kind);

        Commit([], types: (Root: "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709", Var: "4D21B016-B534-45C2-A9FB-5C16E091FD2D"));
        Assert.NotNull(Open(out coverage).Find("var/lib/dpkg/status"));
        Assert.Empty(coverage.Unseen);
    }

    // A unit is changed by files in folders of its name, and started when somebody looks there.
    [Fact]
    public void UnitsThatOthersChangeAndStart()
    {
        Commit([], prepare: root =>
        {
            string vendor = Path.Combine(root, "usr/local/lib/systemd/system"), own = Path.Combine(root, "etc/systemd/system");
            foreach (string folder in (string[])["local-fs.target.wants", "var.mount.d"])
                Directory.CreateDirectory(Path.Combine(own, folder));
            Directory.CreateDirectory(vendor);
            File.WriteAllText(Path.Combine(vendor, "var.mount"), "[Mount]\nWhat=/dev/disk/by-uuid/none\nWhere=/var\n");
            File.WriteAllText(Path.Combine(vendor, "var.automount"), "[Automount]\nWhere=/var\n");
            File.WriteAllText(Path.Combine(own, "var.mount.d/device.conf"), $"[Mount]\nWhat=/dev/disk/by-uuid/{VarUuid}\n");
            File.CreateSymbolicLink(Path.Combine(own, "local-fs.target.wants/var.automount"),
                "/usr/local/lib/systemd/system/var.automount");
        });
        Assert.NotNull(Open(out _).Find("var/lib/dpkg/status"));
    }

    [Fact]
    public void DeploymentsOfOstreeAreTheMachineThatStarts()
    {
        string root = Directory.CreateDirectory(_test.Files["ostree"]).FullName;
        const string Script = """
            cd "$1"
            for d in old new; do
              mkdir -p ostree/deploy/os/deploy/$d.0/usr/share/rpm ostree/deploy/os/deploy/$d.0/usr/lib ostree/deploy/os/deploy/$d.0/etc ostree/boot.1.1/os/$d ostree/deploy/os/deploy/$d.0/var
              printf "ID=fedora\nVERSION_ID=$d\n" > ostree/deploy/os/deploy/$d.0/usr/lib/os-release
              ln -s ../usr/lib/os-release ostree/deploy/os/deploy/$d.0/etc/os-release
              ln -s ../../../deploy/os/deploy/$d.0 ostree/boot.1.1/os/$d/0
            done
            mkdir -p ostree/deploy/os/var/log ostree/repo/objects/aa boot/loader.1/entries
            echo state > ostree/deploy/os/var/log/x.log
            echo object > ostree/repo/objects/aa/bb.file
            ln ostree/repo/objects/aa/bb.file ostree/deploy/os/deploy/new.0/usr/lib/shared
            ln -s boot.1.1 ostree/boot.1; ln -s loader.1 boot/loader
            printf 'title x\nversion 1\noptions root=UUID=x ostree=/ostree/boot.1/os/old/0\n' > boot/loader/entries/ostree-1-os.conf
            printf 'title x\nversion 2\noptions root=UUID=x ostree=/ostree/boot.1/os/new/0 rw\n' > boot/loader/entries/ostree-2-os.conf
            """;
        Tool.Run("bash", "-euc", Script, "bash", root);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", root, _test.Files["disk"], "16M");
        _test.Commit("disk");
        MachineFiles files = Open(out ImageCoverage coverage);
        Assert.Contains("VERSION_ID=new", System.Text.Encoding.UTF8.GetString(files.Read("etc/os-release", 1000)!),
            StringComparison.Ordinal);
        Assert.Equal("object\n"u8, files.Read("usr/lib/shared", 1000)!);
        Assert.Equal("state\n"u8, files.Read("var/log/x.log", 1000)!);
        Assert.True(coverage.IsComplete);
        Assert.Contains("old.0", Assert.Single(coverage.Unseen).What, StringComparison.Ordinal);
    }

    public void Dispose() => _test.Dispose();

    private void Commit(string[] fstab, string? table = null, bool units = false, (string Root, string Var)? types = null,
        Action<string>? prepare = null)
    {
        string root = _test.Files["root"], var = _test.Files["var"], disk = _test.Files["disk"];
        if (Directory.Exists(root))
            Directory.Delete(root, recursive: true);
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        Directory.CreateDirectory(Path.Combine(root, "var"));
        Directory.CreateDirectory(Path.Combine(var, "lib/dpkg"));
        File.WriteAllText(Path.Combine(root, "etc/os-release"), "ID=debian\n");
        File.WriteAllLines(Path.Combine(root, "etc/fstab"), fstab);
        File.WriteAllText(Path.Combine(var, "lib/dpkg/status"), "Package: x\nStatus: install ok installed\nVersion: 1\n");
        if (units)
            WriteUnits(root);
        prepare?.Invoke(root);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", root, disk + ".root", $"{RootMegabytes}M");
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", var, "-U", VarUuid, "-L", "var data", disk + ".var", $"{VarMegabytes}M");
        _test.Files.Sparse("disk", (FirstMegabyte + RootMegabytes + VarMegabytes + 2) << 20);
        if (table is not null)
        {
            File.WriteAllText(disk + ".table", table);
            Tool.Run("bash", "-euc", "sfdisk -q \"$1\" < \"$1.table\"", "bash", disk);
        }
        else
        {
            (string rootType, string varType) = types ?? ("8300", "8300");
            Tool.Run("sgdisk", "-n", $"1:2048:+{RootMegabytes}M", "-t", $"1:{rootType}", "-n", $"2:0:+{VarMegabytes}M", "-t",
                $"2:{varType}", "-c", "2:the var", "-u", $"2:{PartUuid}", disk);
        }

        TestDisks.Insert(disk, (FirstMegabyte << 20, disk + ".root"), ((FirstMegabyte + RootMegabytes) << 20, disk + ".var"));
        _test.Commit("disk");
    }

    private static void WriteUnits(string root)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, "etc/systemd/system/local-fs.target.wants")).Parent!.FullName;
        foreach ((string name, string device) in ((string, string)[])[
            ("var", $"/dev/disk/by-uuid/{VarUuid}"), ("data/lost", "/dev/disk/by-uuid/x"), ("idle", "/dev/disk/by-uuid/y")])
        {
            string unit = name.Replace('/', '-') + ".mount";
            File.WriteAllText(Path.Combine(folder, unit), string.Create(CultureInfo.InvariantCulture,
                $"[Unit]\nWhat=no\n[Mount]\nWhat={device}\nWhere=/{name}\nType=ext4\n[Install]\nWantedBy=local-fs.target\n"));
            if (name != "idle")
                File.CreateSymbolicLink(Path.Combine(folder, "local-fs.target.wants", unit), "../" + unit);
        }
    }

    private MachineFiles Open(out ImageCoverage coverage)
    {
        using Repository repository = _test.Open();
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage("HEAD"));
        ImageVolume root = SystemVolume.FindDefault(repository.Store, image)!;
        var files = new MachineFiles(repository.Store, repository.Context.Parallelism, image, root);
        coverage = new CoverageReader(repository.Store).Read(image, root, files, isChosen: false);
        return files;
    }
}
