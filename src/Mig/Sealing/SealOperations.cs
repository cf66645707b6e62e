using static Mig.Sealing.SealAction;

namespace Mig.Sealing;

/// <summary>All operations, in the order in which they are done. Listed here, not discovered.</summary>
public static class SealOperations
{
    /// <summary>The one that no rule can say: free space becomes zeros, when all else is done.</summary>
    public const string FreeSpace = "free-space";

    public static IReadOnlyList<SealOperation> All { get; } =
    [
        Secret(Removing("ssh-hostkeys", "the host keys of SSH; sshd or the first boot makes new ones", "/etc/ssh/ssh_host_*")),
        new("machine-id", "the machine's id; systemd makes a new one", true,
        [
            new(Empty, "/etc/machine-id"), new(Remove, "/var/lib/dbus/machine-id"), new(Remove, "/boot/loader/random-seed"), new(Remove, "/boot/efi/loader/random-seed"),
        ]),
        Secret(Removing("random-seed", "saved random numbers", "/var/lib/systemd/random-seed", "/var/lib/urandom/random-seed", "/var/lib/random-seed", "/var/lib/systemd/credential.secret")),
        Removing("storage-identity", "the names by which storage knows the machine: iSCSI, NVMe, multipath", "/etc/iscsi/initiatorname.iscsi", "/etc/initiatorname.iscsi", "/etc/nvme/hostnqn", "/etc/nvme/hostid", "/etc/multipath/wwids", "/etc/multipath/bindings"),
        Secret(Removing("shell-history", "what users typed", [.. Homes(".bash_history", ".zsh_history", ".ash_history", ".sh_history", ".history", ".local/share/fish/fish_history")])),
        Secret(Removing("program-history", "what users typed into programs, and looked at", [.. Homes(
            ".python_history", ".node_repl_history", ".mysql_history", ".psql_history", ".sqlite_history", ".rediscli_history", ".lesshst", ".viminfo", ".wget-hsts",
            ".local/share/recently-used.xbel", ".local/share/nano/*_history", ".sudo_as_admin_successful")])),
        new("logfiles", "logs", true, [.. Contents("/var/log/journal", "/var/log/installer"), .. Files(RemoveFiles, "/var/log/*"),
            .. Files(Remove, "/var/log/*.gz", "/var/log/*.xz", "/var/log/*.zst", "/var/log/*.old", "/var/log/*.[0-9]", "/var/log/anaconda*", "/var/log/*-????????"),
            .. Files(Empty, "/var/log/*.log", "/var/log/messages*", "/var/log/syslog*", "/var/log/secure*", "/var/log/maillog*", "/var/log/mail.*", "/var/log/cron*", "/var/log/dmesg*", "/var/log/boot*", "/var/log/kern*",
                "/var/log/debug", "/var/log/daemon*", "/var/log/user*", "/var/log/spooler*", "root/install.log", "root/install.log.syslog", "root/anaconda-ks.cfg", "root/original-ks.cfg")]),
        new("utmp", "who was logged in", true, [.. Files(Empty, "/var/log/wtmp*", "/var/log/btmp*", "/var/log/lastlog*", "/var/log/faillog", "/var/log/tallylog"), new(Remove, "/var/run/utmp")]),
        Removing("dhcp-client-state", "leases of DHCP", "/var/lib/dhcp/*.leases*", "/var/lib/dhclient/*", "/var/lib/dhcpcd/*", "/var/lib/NetworkManager/*.lease", "/var/lib/NetworkManager/internal-*", "/var/lib/systemd/network/*", "/var/lib/misc/dnsmasq.leases"),
        Removing("dhcp-server-state", "leases that a DHCP server gave", "/var/lib/dhcpd/*", "/var/lib/dhcp/dhcpd*"),
        Removing("net-state", "what the network was like", "/var/lib/NetworkManager/secret_key", "/var/lib/NetworkManager/seen-bssids", "/var/lib/NetworkManager/timestamps", "/var/lib/bluetooth/*"),
        Removing("udev-persistent-net", "names of network cards that are no longer there", "/etc/udev/rules.d/70-persistent-net.rules", "/etc/udev/rules.d/75-persistent-net-generator.rules"),
        new("tmp-files", "temporary files", true, [.. Contents("/tmp", "/var/tmp")]),
        new("package-manager-cache", "downloaded packages and lists", true, [.. Files(Remove, "/var/cache/apt/archives/*.deb", "/var/cache/apt/archives/partial/*", "/var/cache/apt/*.bin", "/var/lib/apt/lists/*_*", "/var/lib/apt/lists/partial/*"),
            .. Contents("/var/cache/dnf", "/var/cache/yum", "/var/cache/zypp", "/var/cache/PackageKit", "/var/cache/apk", "/var/cache/pacman/pkg")]),
        new("user-caches", "caches of users", true, [.. Homes(".cache").Select(path => new SealRule(RemoveContents, path))]),
        new("crash-data", "core dumps and crash reports", true, [.. Contents("/var/crash", "/var/lib/systemd/coredump", "/var/spool/abrt", "/var/lib/kdump"), new(Remove, "/var/spool/abrt-upload/*")]),
        new("mail-spool", "mail", true, [.. Files(Remove, "/var/spool/mail/*", "/var/mail/*")]),
        Removing("passwd-backups", "backups of user databases", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-"),
        new("package-backups", "backups of package databases", true, [.. Files(Remove, "/var/lib/dpkg/*-old", "/var/backups/*")]),
        Removing("cloud-init", "what cloud-init did, so that it does it again", "/var/lib/cloud/instance", "/var/lib/cloud/instances/*", "/var/lib/cloud/data/*", "/var/lib/cloud/sem/*", "/var/log/cloud-init*.log"),
        Removing("pam-data", "data of PAM modules", "/var/run/console/*", "/var/run/faillock/*", "/var/run/sepermit/*"),
        Removing("pacct-log", "accounting of processes", "/var/account/pacct*", "/var/log/account/pacct*"),
        Removing("rpm-db", "scratch files of the RPM database", "/var/lib/rpm/__db.*", "/usr/lib/sysimage/rpm/__db.*"),
        Secret(Removing("rh-subscription-manager", "a subscription", "/etc/pki/consumer/*", "/etc/pki/entitlement/*", "/etc/sysconfig/rhn/systemid")),
        Removing("puppet-data-log", "what Puppet knows of the machine", "/var/lib/puppet/*/*", "/var/log/puppet/*", "/var/cache/puppet/*"),
        Removing("samba-db-log", "databases of Samba", "/var/lib/samba/*.tdb", "/var/lib/samba/private/*.tdb"),
        Removing("sssd-db-log", "databases of SSSD", "/var/lib/sss/db/*"),
        Secret(Removing("kerberos-hostkeytab", "the host's Kerberos key", "/etc/krb5.keytab")),
        new(FreeSpace, "deleted data: free space becomes zeros", true, []),
        Optional("ssh-userdir", "users' own .ssh folders", [.. Homes(".ssh").Select(path => new SealRule(Remove, path))]),
        Optional("cron-spool", "users' cron and at jobs", [.. Files(Remove, "/var/spool/cron/crontabs/*", "/var/spool/cron/atjobs/*", "/var/spool/cron/atspool/*", "/var/spool/at/*")]),
        Optional("firewall-rules", "rules of the firewall", [.. Files(Remove, "/etc/sysconfig/iptables", "/etc/nftables.conf", "/etc/firewalld/zones/*", "/etc/firewalld/services/*")]),
        Optional("hostname", "the machine's name", [.. Files(Empty, "/etc/hostname")]),
        Optional("net-nmconn", "connections of NetworkManager", [.. Files(Remove, "/etc/NetworkManager/system-connections/*.nmconnection")]),
    ];

    private static SealOperation Removing(string name, string summary, params string[] patterns) => new(name, summary, true, [.. Files(Remove, patterns)]);

    private static SealOperation Secret(SealOperation operation) => operation with { IsSecret = true };

    private static SealOperation Optional(string name, string summary, IReadOnlyList<SealRule> rules) => new(name, summary, false, rules);

    private static IEnumerable<SealRule> Files(SealAction action, params string[] patterns) => patterns.Select(pattern => new SealRule(action, pattern));

    private static IEnumerable<SealRule> Contents(params string[] patterns) => Files(RemoveContents, patterns);

    private static IEnumerable<string> Homes(params string[] names) => names.Select(name => $"~/{name}");
}
