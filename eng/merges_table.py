"""The changes that merges.py puts together. A change is a list of steps, done in the machine:
"+NAME_VERSION" installs a package, "-NAME" removes one, "--NAME" purges one, anything else is for the machine's shell.
BASE is done to the machine first. Each row of PAIRS: a name, two changes, what is expected, and for a conflict the machines that each side's decision makes."""

EQUAL, CONFLICT, CLASH = "equal", "conflict", "clash"

BASE = [
    # A kernel and the lists of apt are large, and merge like anything else.
    "dpkg-query -W -f '${Package}\\n' 'linux-image*' 'initramfs-tools*' 2>/dev/null | xargs -r dpkg --force-depends --purge >/dev/null 2>&1 || true; rm -rf /boot/initrd.img* /var/cache/apt/*.bin; find /var/lib/apt/lists -type f -delete",
    "+alpha_1.0", "+beta_1.0", "+archy_1.0", "+hard_1.0", "+links_1.0", "+sister-old_1.0", "+split_1.0", "+mover_1.0", "+tofolder_1.0", "+drops_1.0", "+multi_1.0_amd64", "+choice-c_1.0", "+caps-b_1.0",
    "touch /etc/subuid /etc/subgid", "useradd -m -u 1500 -s /bin/sh bob", "groupadd -g 1600 crew", "useradd -u 1501 -g crew -s /bin/sh eve", "usermod -p '$6$old' bob",
    "mkdir -p /srv/site/pages /srv/links; for i in 1 2 3 4 5 6; do seq $i 40 > /srv/site/pages/$i; done; printf '%s\\n' a b c d e f g h i > /srv/text; echo flag > /srv/flag",
    "cd /srv/links; echo one > a; ln a b; ln a c; echo two > d; ln d e",
    "apt-mark auto gcc-12-base >/dev/null",
]

# Packages of Debian itself, where they can be had: NAME, or NAME and which of the versions, the oldest first.
DEBIAN = {"iputils-ping": [0], "iputils-arping": [0], "iputils-tracepath": [0], "nano": [0], "sudo": [0, -1]}
DEBIAN_BASE = ["+iputils-ping_0", "+sudo_0"]

# Each with subordinate ids of its own: useradd alone would give both the same, the next that are free.
ADD_A = "useradd -K SUB_UID_MIN=1000000 -K SUB_GID_MIN=1000000 -u 2001 -m anna"
ADD_B = "useradd -K SUB_UID_MIN=2000000 -K SUB_GID_MIN=2000000 -u 2002 -m bert"

PAIRS = [
    # Packages that have nothing to do with each other
    ("two packages", ["+gamma_1.0"], ["+links_1.1"], EQUAL),
    ("two that upgrade", ["+alpha_1.1"], ["+beta_1.1"], EQUAL),
    ("the same upgrade", ["+alpha_1.1", "+gamma_1.0"], ["+alpha_1.1", "+links_1.1"], EQUAL),
    ("upgrade and purge of others", ["+alpha_1.1"], ["--drops", "--hard"], EQUAL),
    ("removed on both sides", ["-drops"], ["-drops", "+gamma_1.0"], EQUAL),
    ("removed here, purged there", ["-drops"], ["--drops"], EQUAL),
    ("hold and upgrade of the same", ["echo alpha hold | dpkg --set-selections"], ["+alpha_1.1"], EQUAL),
    ("marks of apt", ["apt-mark auto alpha >/dev/null"], ["apt-mark auto beta >/dev/null", "apt-mark manual gcc-12-base >/dev/null"], EQUAL),
    ("two upgrades of one package", ["+alpha_1.9"], ["+alpha_1.10"], EQUAL),
    ("two upgrades, with others", ["+alpha_1.9", "+gamma_1.0"], ["+alpha_1.10", "--drops"], EQUAL),
    ("all to amd64", ["+archy_1.1"], ["+gamma_1.0"], EQUAL),
    ("all to amd64 on both sides", ["+archy_1.1", "+gamma_1.0"], ["+archy_1.1"], EQUAL),
    ("another architecture each", ["dpkg --add-architecture i386", "+multi_1.0_i386"], ["dpkg --add-architecture arm64", "+multi_1.0_arm64"], EQUAL),
    ("another architecture, and an upgrade", ["dpkg --add-architecture i386", "+multi_1.0_i386"], ["+alpha_1.1"], EQUAL),
    # One side removed what the other one changed
    ("purge × upgrade", ["--drops", "+gamma_1.0"], ["+drops_1.1", "+links_1.1"], CONFLICT, ["--drops", "+gamma_1.0", "+links_1.1"], ["+drops_1.1", "+gamma_1.0", "+links_1.1"]),
    ("remove × upgrade", ["-drops", "+gamma_1.0"], ["+drops_1.1", "+links_1.1"], CONFLICT, ["-drops", "+gamma_1.0", "+links_1.1"], ["+drops_1.1", "+gamma_1.0", "+links_1.1"]),
    ("purge × all to amd64", ["--archy"], ["+archy_1.1", "+gamma_1.0"], CONFLICT, ["--archy", "+gamma_1.0"], ["+archy_1.1", "+gamma_1.0"]),
    ("purge × configuration edited", ["--drops"], ["echo edited >> /etc/drops.conf"], CONFLICT, ["--drops"], ["echo edited >> /etc/drops.conf; cp -p /etc/drops.conf /srv/kept", "--drops", "mv /srv/kept /etc/drops.conf"]),
    ("remove × configuration edited", ["-drops"], ["echo edited >> /etc/drops.conf"], EQUAL),
    ("purge × hold", ["--links", "+gamma_1.0"], ["echo links hold | dpkg --set-selections"], CONFLICT, ["--links", "+gamma_1.0"], ["echo links hold | dpkg --set-selections", "+gamma_1.0"]),
    # Packages that no dpkg would have installed side by side
    ("needed × purged", ["+gamma_1.0 +needs_1.0 +needs-needs_1.0"], ["--drops", "+links_1.1"], CONFLICT, ["+gamma_1.0 +needs_1.0 +needs-needs_1.0", "+links_1.1"], ["--drops", "+gamma_1.0", "+links_1.1"]),
    ("two that exclude each other", ["+agent-a_1.0"], ["+agent-b_1.0", "+gamma_1.0"], CONFLICT, ["+agent-a_1.0", "+gamma_1.0"], ["+agent-b_1.0", "+gamma_1.0"]),
    ("two with one file", ["+same-a_1.0"], ["+same-b_1.0", "+gamma_1.0"], CONFLICT, ["+same-a_1.0", "+gamma_1.0"], ["+same-b_1.0", "+gamma_1.0"]),
    # Files that move between packages
    ("sisters", ["+sister-a_1.0"], ["+gamma_1.0"], EQUAL),
    ("sisters, the old one purged on both sides", ["--sister-old", "+gamma_1.0"], ["--sister-old", "+alpha_1.1"], EQUAL),
    ("a package is split", ["+split_2.0 +split-data_2.0"], ["+gamma_1.0"], EQUAL),
    ("files of a package move", ["+mover_1.1"], ["+alpha_1.1", "touch /usr/share/mover/local"], EQUAL),
    ("a file becomes a folder", ["+tofolder_1.1"], ["+gamma_1.0", "echo x >> /srv/text"], EQUAL),
    ("a link of a package", ["+links_1.1"], ["+alpha_1.1"], EQUAL),
    # Configuration
    ("configuration × upgrade", ["sed -i s/80/8080/ /etc/alpha.conf"], ["+gamma_1.0"], EQUAL),
    ("configuration of two packages", ["sed -i s/80/8080/ /etc/alpha.conf"], ["echo c > /etc/beta.d/c.conf; sed -i s/a/x/ /etc/beta.d/a.conf"], EQUAL),
    ("a conffile that an upgrade drops", ["+drops_1.1"], ["+gamma_1.0", "echo x >> /etc/drops.conf"], EQUAL),
    ("lines of one file", ["sed -i 's/^a$/A/' /srv/text"], ["sed -i 's/^i$/I/' /srv/text"], EQUAL),
    ("the same line of a file", ["sed -i 's/^a$/A/' /srv/text"], ["sed -i 's/^a$/B/' /srv/text", "+gamma_1.0"], CONFLICT, ["sed -i 's/^a$/A/' /srv/text", "+gamma_1.0"], ["sed -i 's/^a$/B/' /srv/text", "+gamma_1.0"]),
    # What packages leave in tables
    ("alternatives", ["+choice-a_1.0"], ["+choice-b_1.0"], EQUAL),
    ("an alternative chosen by hand", ["+choice-a_1.0", "update-alternatives --quiet --set chosen /usr/bin/choice-a"], ["+gamma_1.0"], EQUAL),
    ("diversions", ["+divert-a_1.0"], ["+divert-b_1.0"], EQUAL),
    ("diversion × upgrade of what is diverted", ["+divert-a_1.0"], ["+alpha_1.1"], EQUAL),
    ("diversions of one file", ["+divert-a_1.0"], ["+divert-c_1.0"], CONFLICT, ["+divert-a_1.0"], ["+divert-c_1.0"]),
    ("triggers", ["+watch-a_1.0"], ["+watch-b_1.0"], EQUAL),
    ("overrides", ["+override-a_1.0"], ["+override-b_1.0"], EQUAL),
    ("capabilities", ["+caps-a_1.0"], ["setcap cap_net_raw,cap_net_admin+ep /usr/bin/caps-b-trace"], EQUAL),
    ("answers to questions", ["+asks-a_1.0"], ["+asks-b_1.0"], EQUAL),
    ("services", ["+service-a_1.0"], ["+service-b_1.0"], EQUAL),
    ("services with one number", ["+service-b_1.0"], ["+service-c_1.0"], CLASH),
    ("a service is purged, another comes", ["+service-a_1.0", "--service-a"], ["+service-b_1.0"], EQUAL),
    ("shells", ["+gamma_1.0", "echo /bin/one >> /etc/shells"], ["echo /bin/two >> /etc/shells"], EQUAL),
    # Accounts
    ("two users", [ADD_A], [ADD_B], EQUAL),
    ("two users with the ranges that useradd gives", ["useradd -u 2001 -m anna"], ["useradd -u 2002 -m bert"], CLASH),
    ("two users with one number", ["useradd -u 2001 -m anna"], ["useradd -u 2001 -m bert"], CLASH),
    ("members of one group", ["usermod -aG crew bob"], [ADD_B, "usermod -aG crew bert"], EQUAL),
    ("shell and comment of one user", ["usermod -s /bin/bash bob"], ["usermod -c 'Bob B' bob"], EQUAL),
    ("two passwords of one user", ["usermod -p '$6$a' bob", ADD_A], ["usermod -p '$6$b' bob", ADD_B], CONFLICT, ["usermod -p '$6$a' bob", ADD_A, ADD_B], ["usermod -p '$6$b' bob", ADD_A, ADD_B]),
    ("a user is removed, and put into a group", ["userdel bob"], ["usermod -aG crew bob"], CONFLICT, ["userdel bob"], ["usermod -aG crew bob"]),
    ("a user is renamed, another comes", ["usermod -l robert bob"], [ADD_B], EQUAL),
    ("a group is renamed, a member comes", ["groupmod -n crewx crew"], ["usermod -aG crew bob"], EQUAL),
    ("a group gets another number, a user of it comes", ["groupmod -g 1650 crew"], [ADD_B, "usermod -g crew bert"], EQUAL),
    ("a user gets another number, a file comes", ["usermod -u 1555 bob"], ["install -o bob -g bob /dev/null ~bob/new"], EQUAL),
    ("ranges of two users", ["usermod --add-subuids 500000-500099 bob"], ["usermod --add-subuids 600000-600099 eve"], EQUAL),
    ("ranges that overlap", ["usermod --add-subuids 700000-700099 bob"], ["usermod --add-subuids 700050-700149 eve"], CLASH),
    # Files as such
    ("hard links: another name, another content", ["ln /srv/links/a /srv/links/f"], ["echo more >> /srv/links/d"], EQUAL),
    ("hard links: content through another name", ["ln /srv/links/a /srv/links/f"], ["echo more >> /srv/links/b"], EQUAL),
    ("hard links: the first name is removed, content changed", ["rm /srv/links/a"], ["echo more >> /srv/links/b"], EQUAL),
    ("hard links: broken up, content changed", ["cp /srv/links/b /srv/links/t; mv /srv/links/t /srv/links/b"], ["echo more >> /srv/links/a"], EQUAL),
    ("hard links of a package are grouped anew", ["+hard_1.1"], ["+gamma_1.0"], EQUAL),
    ("immutable × edit", ["chattr +i /srv/flag"], ["echo more >> /srv/flag"], EQUAL),
    ("mode × content", ["chmod 600 /srv/text; chown bob /srv/text"], ["echo more >> /srv/text"], EQUAL),
    ("a folder is moved, a file added to it", ["mv /srv/site/pages /srv/site/articles"], ["cd /srv/site/[ap]*; echo new > new"], EQUAL),
    ("a folder is moved, a file edited in it", ["mv /srv/site/pages /srv/site/articles"], ["sed -i s/30/thirty/ /srv/site/[ap]*/3"], EQUAL),
    ("a folder is removed, a file edited in it", ["rm -r /srv/site/pages"], ["sed -i s/30/thirty/ /srv/site/pages/3", "+gamma_1.0"], CONFLICT, ["rm -r /srv/site/pages", "+gamma_1.0"], None),
    ("links and devices", ["ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime; mknod /srv/null c 1 3"], ["mkfifo /srv/pipe; ln -s text /srv/link"], EQUAL),
    ("units by hand", ["systemctl disable fstrim.timer 2>/dev/null; systemctl mask getty@.service 2>/dev/null"], ["+service-a_1.0"], EQUAL),
]

DEBIAN_PAIRS = [
    ("Debian: sudo purged × upgraded", ["--sudo", "+nano_0"], ["+sudo_-1", "+iputils-arping_0"], CONFLICT, ["--sudo", "+nano_0", "+iputils-arping_0"], ["+nano_0", "+sudo_-1", "+iputils-arping_0"]),
    ("Debian: sudo removed × upgraded", ["-sudo"], ["+sudo_-1"], CONFLICT, ["-sudo"], ["+sudo_-1"]),
    ("Debian: sister packages", ["--iputils-ping", "+iputils-arping_0"], ["--iputils-ping", "+iputils-tracepath_0"], EQUAL),
    ("Debian: an editor, and an upgrade", ["+nano_0"], ["+sudo_-1"], EQUAL),
]
