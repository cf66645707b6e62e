using static Mig.Machines.Sealing.SealAction;

namespace Mig.Machines.Sealing;

/// <summary>All operations, in the order in which they are done. Listed here, not discovered.</summary>
public static class SealOperations
{
    /// <summary>The one that no rule can say: free space becomes zeros, when all else is done.</summary>
    public const string FreeSpace = "free-space";

    public static IReadOnlyList<SealOperation> All { get; } =
    [
        Secret(Removing("ssh-hostkeys", "the host keys of SSH; sshd or the first boot makes new ones", "/etc/ssh/ssh_host_*",
            "/etc/openssh/ssh_host_*", "/usr/local/etc/ssh/ssh_host_*",
            "/etc/dropbear/dropbear_*_host_key", "/etc/dropbear/initramfs/dropbear_*_host_key",
            "/etc/dropbear-initramfs/dropbear_*_host_key", "/etc/tinyssh/sshkeydir/*", SealRule.HostKeys)),
        new("machine-id", "the machine's id; systemd makes a new one", true,
        [
            new(Empty, "/etc/machine-id"), new(Remove, "/var/lib/dbus/machine-id"), new(Remove, "/boot/loader/random-seed"),
                new(Remove, "/boot/efi/loader/random-seed"), new(Remove, "/efi/loader/random-seed"),
        ]),
        Secret(Removing("random-seed", "saved random numbers", "/var/lib/systemd/random-seed", "/var/lib/urandom/random-seed",
            "/var/lib/random-seed", "/var/lib/misc/random-seed", "/var/lib/seedrng/*", "/etc/random-seed",
            "/var/lib/systemd/credential.secret", "/var/lib/systemd/tpm2-srk-public-key.*")),
        Removing("storage-identity", "the names by which storage knows the machine, and it storage: iSCSI, NVMe, multipath, LVM, ZFS",
            "/etc/iscsi/initiatorname.iscsi", "/etc/initiatorname.iscsi", "/etc/iscsi/nodes/*", "/etc/iscsi/send_targets/*",
            "/var/lib/iscsi/nodes/*", "/var/lib/iscsi/send_targets/*",
            "/etc/nvme/hostnqn", "/etc/nvme/hostid", "/usr/local/etc/nvme/hostnqn", "/usr/local/etc/nvme/hostid", "/etc/multipath/wwids",
            "/etc/multipath/bindings",
            "/etc/lvm/devices/system.devices", "/etc/lvm/archive/*", "/etc/lvm/backup/*", "/etc/lvm/cache/.cache", "/etc/hostid",
            "/etc/zfs/zpool.cache", "/etc/blkid.tab*", "/etc/blkid/blkid.tab*"),
        Secret(Removing("agent-identity", "the names and keys by which management, cluster and network services know the machine",
            AgentIdentities)),
        Secret(Removing("shell-history", "what users typed", [.. Homes(
            ".bash_history", ".zsh_history", ".ash_history", ".sh_history", ".ksh_history", ".mksh_history", ".dash_history",
                ".xonsh_history", ".history", ".histfile", ".zhistory", ".lhistory", ".bash_sessions", ".zsh_sessions",
                ".local/share/fish/fish_history", ".config/fish/fish_history", ".local/state/*/history",
            ".local/share/powershell/PSReadLine/*_history.txt", ".config/nushell/history.*", ".local/share/xonsh/*history*",
            ".local/share/atuin/history.db*")])),
        Secret(Removing("program-history", "what users typed into programs, and looked at", [.. Homes(
            ".*_history", ".*-history", ".*_hist", ".lesshst*", ".viminfo", ".viminf*.tmp", ".wget-hsts", ".dbshell", ".Rhistory",
                ".hivehistory", ".joe_state", ".xsel.log", ".sudo_as_admin_successful",
            ".local/share/recently-used.xbel*", ".local/share/nano/*_history", ".local/share/*/*_history", ".local/share/*/history",
            ".local/share/*/rl_history", ".local/share/nvim/shada/*", ".local/state/nvim/shada/*",
            ".local/state/lesshst", ".local/state/vim/viminfo", ".config/vim/viminfo", ".mongodb/mongosh/*history*",
            ".cassandra/cqlsh_history", ".beeline/history", ".groovy/groovysh.history", ".ipython/profile_*/history.sqlite*",
            ".julia/logs/repl_history.jl", ".lftp/rl_history", ".ncftp/history", ".w3m/history", ".links*/links.his", ".elinks/globhist",
            ".elinks/gotohist", ".mc/history")])),
        new("logfiles", "logs", true, [.. Contents("/var/log/journal", "/var/log/installer"), .. Files(RemoveFiles, "/var/log/*"),
            .. Files(Remove, "/var/log/*.gz", "/var/log/*.xz", "/var/log/*.zst", "/var/log/*.old", "/var/log/*.[0-9]", "/var/log/anaconda*",
                "/var/log/*-????????"),
            .. Files(Empty, "/var/log/*.log", "/var/log/messages*", "/var/log/syslog*", "/var/log/secure*", "/var/log/maillog*",
                "/var/log/mail.*", "/var/log/cron*", "/var/log/dmesg*", "/var/log/boot*", "/var/log/kern*",
                "/var/log/debug", "/var/log/daemon*", "/var/log/user*", "/var/log/spooler*", "root/install.log", "root/install.log.syslog",
                "root/anaconda-ks.cfg", "root/original-ks.cfg"),
            new(Empty, "/var/log/*") { Except = "README*" },
            .. Files(Remove, "/var/lib/pgsql/data/log/*", "/var/lib/pgsql/*/data/log/*", "/var/lib/pgsql/data/pg_log/*",
                "/var/lib/mysql/*.err")]),
        new("utmp", "who was logged in", true,
            [.. Files(Empty, "/var/log/wtmp*", "/var/log/btmp*", "/var/log/lastlog*", "/var/log/faillog", "/var/log/tallylog"),
            new(Remove, "/var/run/utmp")]),
        Removing("dhcp-client-state", "leases of DHCP", "/var/lib/dhcp/*.leases*", "/var/lib/dhclient/*", "/var/lib/dhcpcd/*",
            "/var/lib/NetworkManager/*.lease", "/var/lib/NetworkManager/internal-*", "/var/lib/systemd/network/*",
            "/var/lib/misc/dnsmasq.leases",
            "/var/lib/dhcpv6/*", "/var/lib/dhcp6c/*", "/var/lib/dibbler/*", "/var/lib/wicked/*.xml", "/etc/dhcpcd.duid",
            "/etc/dhcpcd.secret"),
        Removing("dhcp-server-state", "leases that a DHCP server gave", "/var/lib/dhcpd/*", "/var/lib/dhcp/dhcpd*"),
        Removing("net-state", "what the network was like", "/var/lib/NetworkManager/secret_key", "/var/lib/NetworkManager/seen-bssids",
            "/var/lib/NetworkManager/timestamps", "/var/lib/bluetooth/*"),
        Removing("udev-persistent-net", "names of network cards that are no longer there", "/etc/udev/rules.d/70-persistent-net.rules",
            "/etc/udev/rules.d/75-persistent-net-generator.rules", "/etc/udev/rules.d/70-persistent-ipoib.rules",
            "/etc/udev/rules.d/70-persistent-cd.rules"),
        new("tmp-files", "temporary files", true, [.. Contents("/tmp", "/var/tmp")]),
        new("package-manager-cache", "downloaded packages and lists", true,
            [.. Files(Remove, "/var/cache/apt/archives/*.deb", "/var/cache/apt/archives/partial/*", "/var/cache/apt/*.bin",
            "/var/lib/apt/lists/*_*", "/var/lib/apt/lists/partial/*"),
            .. Contents("/var/cache/dnf", "/var/cache/yum", "/var/cache/zypp", "/var/cache/PackageKit", "/var/cache/apk",
                "/var/cache/pacman/pkg")]),
        new("user-caches", "caches of users", true, [.. Homes(".cache").Select(path => new SealRule(RemoveContents, path))]),
        new("crash-data", "core dumps and crash reports", true,
            [.. Contents("/var/crash", "/var/lib/systemd/coredump", "/var/spool/abrt", "/var/lib/kdump", "/var/lib/systemd/pstore",
            "/var/lib/apport/coredump", "/var/tmp/abrt"), new(Remove, "/var/spool/abrt-upload/*")]),
        new("mail-spool", "mail", true, [.. Files(Remove, "/var/spool/mail/*", "/var/mail/*")]),
        Removing("passwd-backups", "backups of user databases", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-",
            "/etc/subuid-", "/etc/subgid-"),
        new("package-backups", "backups of package databases", true, [.. Files(Remove, "/var/lib/dpkg/*-old", "/var/backups/*")]),
        Removing("cloud-init", "what cloud-init did, so that it does it again", "/var/lib/cloud/instance", "/var/lib/cloud/instances/*",
            "/var/lib/cloud/data/*", "/var/lib/cloud/sem/*", "/var/log/cloud-init*.log"),
        Removing("pam-data", "data of PAM modules", "/var/run/console/*", "/var/run/faillock/*", "/var/run/sepermit/*"),
        Removing("pacct-log", "accounting of processes", "/var/account/pacct*", "/var/log/account/pacct*"),
        Removing("rpm-db", "scratch files of the RPM database", "/var/lib/rpm/__db.*", "/usr/lib/sysimage/rpm/__db.*"),
        Secret(Removing("rh-subscription-manager", "a subscription", "/etc/pki/consumer/*", "/etc/pki/entitlement/*",
            "/etc/sysconfig/rhn/systemid", "/var/lib/ubuntu-advantage/private/*", "/etc/apt/auth.conf.d/90ubuntu-advantage",
            "/etc/zypp/credentials.d/*", "/etc/SUSEConnect", "/var/lib/zypp/AnonymousUniqueId", "/var/lib/yum/uuid", "/etc/smolt/*uuid",
            "/etc/sysconfig/hw-uuid")),
        Removing("ipa-client", "what a client of FreeIPA has of its domain", "/etc/ipa/ca.crt", "/etc/ipa/default.conf", "/etc/ipa/nssdb/*",
            "/var/lib/ipa-client/sysrestore/*", "/var/lib/ipa-client/pki/*"),
        Removing("dovecot-data", "data of Dovecot", "/var/lib/dovecot/*"),
        Removing("puppet-data-log", "what Puppet knows of the machine", "/var/lib/puppet/*/*", "/var/log/puppet/*", "/var/cache/puppet/*"),
        Removing("samba-db-log", "databases of Samba", "/var/lib/samba/*.tdb", "/var/lib/samba/private/*.tdb"),
        Removing("sssd-db-log", "databases of SSSD", "/var/lib/sss/db/*"),
        Secret(Removing("kerberos-hostkeytab", "the host's Kerberos key", "/etc/krb5.keytab")),
        new(FreeSpace, "deleted data: free space becomes zeros", true, []),
        Optional("ssh-userdir", "users' own .ssh folders", [.. Homes(".ssh").Select(path => new SealRule(Remove, path))]),
        Optional("cron-spool", "users' cron and at jobs",
            [.. Files(Remove, "/var/spool/cron/crontabs/*", "/var/spool/cron/atjobs/*", "/var/spool/cron/atspool/*", "/var/spool/at/*")]),
        Optional("firewall-rules", "rules of the firewall",
            [.. Files(Remove, "/etc/sysconfig/iptables", "/etc/nftables.conf", "/etc/firewalld/zones/*", "/etc/firewalld/services/*")]),
        Optional("hostname", "the machine's name", [.. Files(Empty, "/etc/hostname")]),
        Optional("net-nmconn", "connections of NetworkManager",
            [.. Files(Remove, "/etc/NetworkManager/system-connections/*.nmconnection")]),
    ];

    private static string[] AgentIdentities =>
    [
        "/etc/salt/pki/minion/minion.*", "/etc/salt/minion_id", "/etc/puppetlabs/puppet/ssl/*", "/etc/puppet/ssl/*", "/etc/chef/client.pem",
            "/etc/cinc/client.pem", "/var/cfengine/ppkeys/localhost.*", "opt/rudder/etc/uuid.hive",
        "/var/lib/tailscale/tailscaled.state", "/var/lib/zerotier-one/identity.*", "/var/lib/zerotier-one/authtoken.secret",
        "/etc/netbird/config.json",
        "/etc/docker/key.json", "/var/lib/docker/engine-id", "/var/lib/containerd/io.containerd.grpc.v1.introspection/uuid",
        "/etc/rancher/node/password", "/var/lib/kubelet/pki/kubelet*",
        "opt/consul/node-id", "opt/consul/data/node-id", "/var/lib/consul/node-id", "opt/nomad/data/client/*-id",
        "/var/lib/nomad/client/*-id", "/var/lib/teleport/host_uuid",
        "/var/lib/mysql/auto.cnf", "/var/lib/rabbitmq/.erlang.cookie", "/var/lib/fwupd/pki/*", "/etc/cups/ssl/*",
        "/etc/insights-client/machine-id", "/etc/insights-client/.registered", "/etc/insights-client/.lastupload",
        "/var/lib/netdata/registry/netdata.public.unique.id", "/var/lib/netdata/cloud.d/*",
        "/var/ossec/etc/client.keys", "opt/CrowdStrike/falconstore*", "/etc/qualys/hostid", "/etc/tenable_tag", "/etc/machine_id",
        "/var/lib/amazon/ssm/Vault/*", "/var/lib/amazon/ssm/registration", "/var/lib/waagent/*", "/etc/google_instance_id",
        "/etc/instance_id",
    ];

    private static SealOperation Removing(string name, string summary, params string[] patterns) =>
        new(name, summary, true, [.. Files(Remove, patterns)]);

    private static SealOperation Secret(SealOperation operation) => operation with { IsSecret = true };

    private static SealOperation Optional(string name, string summary, IReadOnlyList<SealRule> rules) => new(name, summary, false, rules);

    private static IEnumerable<SealRule> Files(SealAction action, params string[] patterns) =>
        patterns.Select(pattern => new SealRule(action, pattern));

    private static IEnumerable<SealRule> Contents(params string[] patterns) => Files(RemoveContents, patterns);

    private static IEnumerable<string> Homes(params string[] names) => names.Select(name => $"~/{name}");
}
