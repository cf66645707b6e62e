#!/usr/bin/env bash
# make-image.sh DIR NAME SIZE VARIANT PACKAGES: writes DIR/NAME.img, a real Debian 12 on an MBR disk with one ext4 partition at 1 MiB, installed by apt
# through the kernel's own ext4 driver, and DIR/trimmed/NAME.img, the same after fstrim. About a minute; needs root, loop devices, the network,
# and Debian's mmdebstrap, fdisk, e2fsprogs.
set -euo pipefail
if [ $# -ne 5 ]; then
  echo "usage: make-image.sh DIR NAME SIZE VARIANT PACKAGES" >&2
  exit 2
fi
dir=$1 name=$2 size=$3 variant=$4 packages=$5
image=$dir/$name.img trimmed=$dir/trimmed/$name.img
[ ! -f "$trimmed.done" ] || exit 0

mkdir -p "$dir/trimmed"
rm -f "$image" "$trimmed"
truncate -s "$size" "$image"
printf 'label: dos\nlabel-id: 0x4d494721\nstart=2048, type=83, bootable\n' | sfdisk -q "$image"

loop='' mount=$(mktemp -d)
cleanup() {
  umount -R "$mount" 2>/dev/null || true
  [ -z "$loop" ] || losetup -d "$loop" 2>/dev/null || true
  rmdir "$mount" 2>/dev/null || true
}
trap cleanup EXIT

loop=$(losetup -f --show -o 1048576 "$image")
mkfs.ext4 -q -L root "$loop"
mount "$loop" "$mount"
mmdebstrap --mode=root --variant="$variant" --include="$packages" --skip=check/empty --skip=cleanup/apt/lists \
  --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
  --customize-hook='echo "'"$name"'" > "$1"/etc/hostname; echo "LABEL=root / ext4 defaults 0 1" > "$1"/etc/fstab' \
  bookworm "$mount"
umount "$mount"
e2fsck -fp "$loop" >/dev/null || true
losetup -d "$loop"
loop=''

cp --sparse=always "$image" "$trimmed"
loop=$(losetup -f --show -o 1048576 "$trimmed")
mount "$loop" "$mount"
fstrim "$mount"
umount "$mount"
losetup -d "$loop"
loop=''
touch "$trimmed.done"
ls -ls "$image" "$trimmed"
