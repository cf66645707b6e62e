namespace Mig.Machines.Mounts;

/// <summary>What a machine is told to mount: a line of <c>fstab</c>, or a unit of systemd.</summary>
/// <param name="Device">What is mounted, as it is written.</param>
/// <param name="Path">Where, as it is written.</param>
/// <param name="Type">The type of file system; empty when none is said.</param>
/// <param name="Options">Separated by commas.</param>
/// <param name="Origin">The file that says so, from the root of the machine.</param>
internal sealed record MountEntry(string Device, string Path, string Type, string Options, string Origin)
{
    // What the kernel makes up, and what lies on other machines or on media that come and go, is not part of an image.
    private static readonly HashSet<string> Foreign =
    [
        "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl",
            "hugetlbfs", "mqueue", "nfsd", "overlay", "proc",
        "pstore", "ramfs", "rootfs", "rpc_pipefs", "securityfs", "selinuxfs", "sysfs", "tmpfs", "tracefs", "usbfs",
        "9p", "afs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "sshfs", "virtiofs", "swap", "iso9660",
        "udf", "udf,iso9660", "iso9660,udf",
    ];

    private static readonly string[] Media = ["/dev/sr", "/dev/scd", "/dev/cdrom", "/dev/dvd", "/dev/fd", "/dev/floppy"];

    /// <summary>Whether another directory of the machine is shown here.</summary>
    public bool IsBind => HasOption("bind") || HasOption("rbind");

    /// <summary>Whether the machine starts without it.</summary>
    public bool IsOptional => HasOption("noauto") || HasOption("nofail");

    /// <summary>Whether it is a volume of the machine's own disks, or a directory of it.</summary>
    public bool IsOfDisk => Path.StartsWith('/') && !Foreign.Contains(Type) && !Type.StartsWith("fuse.", StringComparison.Ordinal)
        && !HasOption("_netdev")
        && (DeviceName.HasTag(Device) || (Device.StartsWith('/') && !Device.StartsWith("//", StringComparison.Ordinal)))
        && !Array.Exists(Media, medium => Device.StartsWith(medium, StringComparison.Ordinal));

    private bool HasOption(string name) => Options.Split(',').Contains(name);
}
