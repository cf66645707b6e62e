#!/usr/bin/env bash
# rebase.sh DIR [COUNT]: carries a patched base into COUNT images (100) that are derived from it, and prints what that takes. The base is DIR/min.img (from make-image.sh, a Debian on one
# ext4 partition at 1 MiB) with a set of packages; v2 has them upgraded by dpkg itself; each host has a name, a user and a service of its own. Every result is checked with e2fsck, and
# some with dpkg and against what is expected. MIG is the program. Needs root, loop devices, dpkg and e2fsprogs.
set -euo pipefail
if [ $# -lt 1 ]; then
  echo "usage: rebase.sh DIR [COUNT]" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")/.." && pwd)
image=$(cd "$1" && pwd)/min.img count=${2:-100}
mig=${MIG:-$here/artifacts/mig/mig}
export MIG_AUTHOR_NAME=bench MIG_AUTHOR_EMAIL=bench@example.com MIG_COMMITTER_NAME=bench MIG_COMMITTER_EMAIL=bench@example.com
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
mounted=
cleanup() {
  [ -z "$mounted" ] || umount "$work/mnt" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
cd "$work"
mkdir mnt

inside() { # IMAGE COMMAND: runs a command in the mounted file system
  mount -o loop,offset=1048576 "$1" mnt
  mounted=1
  (cd mnt && eval "$2")
  umount mnt
  mounted=
}

packages() { # VERSION: makes pkg-N_VERSION.deb
  for n in $(seq 1 10); do
    local tree=tree-$1-$n
    mkdir -p "$tree/DEBIAN" "$tree/usr/lib/bench-$n" "$tree/etc"
    printf 'Package: bench-%s\nVersion: %s\nArchitecture: all\nMaintainer: bench <bench@example.com>\nDescription: a package of the benchmark\n' "$n" "$1" >"$tree/DEBIAN/control"
    for f in $(seq 1 40); do
      { echo "$1 $n $f"; seq "$f" $((f + 3000)); } >"$tree/usr/lib/bench-$n/file-$f"
    done
    echo "version=$1" >"$tree/etc/bench-$n.conf"
    echo "/etc/bench-$n.conf" >"$tree/DEBIAN/conffiles"
    dpkg-deb --root-owner-group -Znone -b "$tree" "bench-${n}_$1.deb" >/dev/null
  done
}
packages 1.0
packages 1.1

cp --sparse=always "$image" v1.img
inside v1.img 'dpkg --root="$PWD" --force-script-chrootless --no-triggers -i ../bench-*_1.0.deb >/dev/null 2>&1'
cp --sparse=always v1.img v2.img
inside v2.img 'dpkg --root="$PWD" --force-script-chrootless --no-triggers -i ../bench-*_1.1.deb >/dev/null 2>&1'

"$mig" init -q .
"$mig" config core.compression 3
"$mig" commit -q v1.img -m 'base, version 1'
"$mig" branch base/v1
if "$mig" help derive >/dev/null 2>&1; then
  mkdir -p template/etc/systemd/system
  printf '{{name}}\n' >template/etc/hostname
  printf '[Service]\nExecStart=/bin/true {{name}}\n' >template/etc/systemd/system/host.service
  { echo name; for n in $(seq -f %03g 1 "$count"); do echo "$n"; done; } >hosts.csv
  "$mig" derive base/v1 --hosts hosts.csv --template template --branch 'hosts/{name}' >/dev/null
else
  cp --sparse=always v1.img host.img
  for n in $(seq -f %03g 1 "$count"); do
    inside host.img "echo host-$n >etc/hostname; printf '[Service]\nExecStart=/bin/true %s\n' $n >etc/systemd/system/host.service; sed -i '/^user-/d' etc/passwd; echo 'user-$n:x:20$n:20$n::/home:/bin/sh' >>etc/passwd"
    "$mig" checkout -q -b "hosts/$n" base/v1
    "$mig" commit -q --quick host.img -m "host $n"
  done
fi
"$mig" checkout -q main
"$mig" commit -q v2.img -m 'base, version 2'
"$mig" branch base/v2

before=$(du -sk .mig | cut -f1)
start=$(date +%s.%N)
"$mig" rebase --onto base/v2 'hosts/*' >rebase.log
end=$(date +%s.%N)
awk -v s="$start" -v e="$end" -v n="$(grep -c '^Successfully' rebase.log)" -v kib=$(($(du -sk .mig | cut -f1) - before)) \
  'BEGIN { printf "rebased %d images in %.1f s, %.0f ms each; the repository grew by %.1f MiB\n", n, e - s, (e - s) * 1000 / n, kib / 1024 }'

checked=0
for n in $(seq -f %03g 1 "$count"); do
  "$mig" checkout -q "hosts/$n" --export out.img --format raw --force
  loop=$(losetup -f --show -o 1048576 --sizelimit $(($(stat -c %s out.img) - 1048576)) out.img)
  if e2fsck -fn "$loop" >fsck.log 2>&1; then checked=$((checked + 1)); else cat fsck.log >&2; fi
  losetup -d "$loop"
  if [ $((10#$n % 25)) = 1 ]; then
    inside out.img "dpkg --root=\"\$PWD\" --audit; test \"\$(dpkg-query --admindir=var/lib/dpkg -W 'bench-*' | cut -f2 | sort -u)\" = 1.1; grep -q 'version=1.1' etc/bench-1.conf; grep -q $n etc/hostname; (md5sum --quiet -c var/lib/dpkg/info/bench-*.md5sums)"
  fi
done
echo "e2fsck -fn is content with $checked of $count"
[ "$checked" = "$count" ]
