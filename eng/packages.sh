#!/bin/sh
# How many packages of Debian mig installs itself, and whether it does so as dpkg does: packages.sh DISK [SEEDS...]. DISK is a raw disk of a Debian with apt, its system on the first
# partition; root, a network and some 2 GiB of free space are needed, and mig in PATH or MIG. Downloads what SEEDS need (a list of tools by default), prints the share of each class, and
# installs those that need nothing run by mig and by dpkg: trees, contents, status database and log are compared.
set -eu
disk=$(realpath "$1")
shift
mig=${MIG:-mig}
work=$(mktemp -d "${TMPDIR:-/tmp}/packages-XXXXXX")
clean() {
  cd /
  for place in ours theirs; do umount "$work/$place/run" 2>/dev/null || true; umount "$work/$place" 2>/dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap clean EXIT
seeds=${*:-"hello tree jq figlet cowsay sl strace file lsof bc dc ncal tmux screen htop rsync curl wget ca-certificates openssh-server git vim nano less nginx redis-server python3-requests \
python3-yaml python3-flask make gcc libc6-dev pkg-config zip unzip p7zip-full xz-utils zstd bzip2 lzip socat netcat-openbsd nmap tcpdump iperf3 dnsutils whois traceroute mtr-tiny \
iputils-ping net-tools ethtool ipcalc fping ncdu pv entr fzf ripgrep fd-find bat silversearcher-ag ack sqlite3 postgresql-client redis-tools memcached haproxy dnsmasq chrony rsyslog cron \
logrotate at sudo acl attr quota xfsprogs btrfs-progs dosfstools parted gdisk lvm2 mdadm smartmontools hdparm sysstat iotop libjson-perl libwww-perl libdbi-perl ruby lua5.4 tcl expect \
gawk mawk sed ed patch diffutils dos2unix colordiff datamash miller xmlstarlet libxml2-utils xsltproc html2text w3m lynx mutt gnupg pass age openssl ssl-cert stunnel4 wireguard-tools \
apache2-utils lighttpd supervisor monit snmp stress fio sshfs cifs-utils nfs-common autossh mosh byobu zsh fish dash ksh tcsh fonts-dejavu-core graphviz gnuplot-nox ghostscript"}
export MIG_AUTHOR_NAME=packages MIG_AUTHOR_EMAIL=packages@example.com MIG_COMMITTER_NAME=packages MIG_COMMITTER_EMAIL=packages@example.com

mkdir "$work/debs" "$work/debs/partial" "$work/ours" "$work/theirs"
cp --sparse=always "$disk" "$work/disk.raw"
start=$(sfdisk -l -o Start "$work/disk.raw" | tail -1 | tr -d ' ')
show() { mount -o "loop,offset=$((start * 512))$3" "$1" "$work/$2"; }

# Downloads with the disk's own apt, on a copy that is thrown away.
cp --sparse=always "$disk" "$work/apt.raw"
show "$work/apt.raw" theirs ""
cp --remove-destination /etc/resolv.conf "$work/theirs/etc/resolv.conf"
mount --bind "$work/debs" "$work/theirs/run"
chroot "$work/theirs" sh -ec "apt-get -qq update; apt-get -qq -d -y --no-install-recommends -o Dir::Cache::archives=/run install $seeds" > /dev/null
umount "$work/theirs/run" "$work/theirs"
rm "$work/apt.raw"

"$mig" init "$work/repo" > /dev/null
cd "$work/repo"
"$mig" commit -q -m base "$work/disk.raw"
"$mig" install --explain --json main "$work"/debs/*.deb > "$work/plan.json"
python3 - "$work/plan.json" > "$work/native" << 'P'
import collections, json, re, sys
packages = json.load(open(sys.argv[1]))["packages"]
routes = collections.Counter(package["route"] for package in packages)
print(f"{len(packages)} packages:", ", ".join(f"{route} {count} ({100 * count / len(packages):.0f} %)" for route, count in routes.most_common()), file=sys.stderr)
reasons = collections.Counter(" ".join(re.sub(r"line \d+: ", "", package["reasons"][0]).split()[:4]) for package in packages if package["route"] == "run")
for reason, count in reasons.most_common(12):
    print(f"  {count:4} {reason}", file=sys.stderr)
print("\n".join(package["name"] for package in packages if package["route"] != "run"))
P

# Those whose needs are met by the image and each other.
mkdir "$work/sample"
for deb in "$work"/debs/*.deb; do
  if grep -qx "$(dpkg-deb -f "$deb" Package)" "$work/native"; then ln "$deb" "$work/sample/"; fi
done
while ! "$mig" install --native -n main "$work"/sample/*.deb > "$work/out" 2>&1; do
  package=$(sed -n 's/^error: \([^ ]*\) needs .*/\1/p' "$work/out")
  [ -n "$package" ] || { cat "$work/out"; exit 1; }
  rm "$work/sample/$package"_*.deb
done
echo "sample: $(ls "$work/sample" | wc -l) packages"
before=$(date +%s%N)
"$mig" install --native main "$work"/sample/*.deb
echo "mig: $((($(date +%s%N) - before) / 1000000)) ms"
"$mig" checkout HEAD --format raw --export "$work/ours.raw" > /dev/null
"$mig" verify-packages HEAD

show "$work/disk.raw" theirs ""
mount --bind "$work/sample" "$work/theirs/run"
before=$(date +%s%N)
chroot "$work/theirs" env DEBIAN_FRONTEND=noninteractive sh -c 'dpkg --force-confold -i /run/*.deb' > "$work/out" || { cat "$work/out"; exit 1; }
echo "dpkg: $((($(date +%s%N) - before) / 1000000)) ms"
umount "$work/theirs/run"
show "$work/ours.raw" ours ,ro
dd if="$work/ours.raw" of="$work/fs" bs=512 skip="$start" conv=sparse status=none
e2fsck -fn "$work/fs" > /dev/null
[ -z "$(chroot "$work/ours" dpkg --audit)" ]
# Not those that time makes differ: logs, locks, ldconfig's record of inodes, and the status file that dpkg had in between.
list() (
  cd "$work/$1"
  find . -mindepth 1 \( -path ./lost+found -o -path ./var/lib/dpkg/lock -o -path ./var/lib/dpkg/lock-frontend -o -path ./var/lib/dpkg/triggers/Lock -o -path ./var/cache/ldconfig/aux-cache \) -prune -o -type d -printf '%p d %m %U:%G\n' \
    -o -path './var/lib/dpkg/*' -printf '%p %y %m %U:%G\n' -o \( -path ./var/log/dpkg.log -o -path ./etc/ld.so.cache \) -printf '%p %y %m %U:%G\n' -o -type l -printf '%p l %U:%G %Ts %l\n' -o -printf '%p %y %m %U:%G %n %Ts\n' | sort
  find . -type f ! -path ./var/log/dpkg.log ! -path ./var/lib/dpkg/status-old ! -path ./var/cache/ldconfig/aux-cache -print0 | sort -z | xargs -0 md5sum
  getfattr -R -h -d -m - . 2> /dev/null
  cut -c21- var/log/dpkg.log | sort
)
list theirs > "$work/a"
list ours > "$work/b"
diff "$work/a" "$work/b"
echo "equal: $(wc -l < "$work/a") lines about files, contents, attributes and log"
