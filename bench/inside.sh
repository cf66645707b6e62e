#!/usr/bin/env bash
# inside.sh WORK RESULTS BEFORE AFTER CHANGED: what changed between two disks, and between the second and CHANGED, which is the second with 50 files changed; and what is in the
# second: mig on versions and on the disks as they are, diff -r and find on kernel mounts, and virt-diff, virt-ls and virt-inspector where libguestfs can start its machine here.
# Appends to RESULTS, see measure.sh. mig is on the path.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 results=$2 before=$3 after=$4 changed=$5
. "$here/measure.sh"
. "$here/libguestfs.sh"
. "$here/../eng/tools.sh"
export MIG_AUTHOR_NAME=Bench MIG_AUTHOR_EMAIL=bench@example.org MIG_COMMITTER_NAME=Bench MIG_COMMITTER_EMAIL=bench@example.org
folder=$work/inside
mkdir -p "$folder/left" "$folder/right" "$folder/changed"
cd "$folder"
loops=()
cleanup() {
  for side in left right changed; do as_root umount "$folder/$side" 2>/dev/null || true; done
  for loop in "${loops[@]}"; do as_root losetup -d "$loop" 2>/dev/null || true; done
  rm -rf --one-file-system "$folder"
}
trap cleanup EXIT

# mount_image IMAGE FOLDER: its first partition, which begins at 1 MiB, through the kernel, read-only.
mount_image() {
  local loop
  loop=$(as_root losetup -f --show -r -o 1048576 "$1")
  loops+=("$loop")
  as_root mount -o ro,noload "$loop" "$2"
}

mig init --bare versions >/dev/null
for disk in "$before" "$after" "$changed"; do mig --repo versions commit "$disk" -m "$(basename "$disk")" >/dev/null 2>&1; done
warm versions "$before" "$after" "$changed"
for _ in 1 2 3 4 5; do measure diff "mig, two versions" - mig --repo versions diff --name-status HEAD~2 HEAD~1; done
for _ in 1 2 3 4 5; do measure diff50 "mig, two versions" - mig --repo versions diff --name-status HEAD~1 HEAD; done
for _ in 1 2 3 4 5; do measure diff "mig, two disks, nothing committed" - mig diff --name-status "$before" "$after"; done
for _ in 1 2 3 4 5; do measure diff50 "mig, two disks, nothing committed" - mig diff --name-status "$after" "$changed"; done
for _ in 1 2 3 4 5; do measure list "mig ls -R" - mig --repo versions ls -R -l HEAD~1:/; done
if mig help inventory >/dev/null 2>&1; then
  measure inventory "mig inventory, the first time" - mig --repo versions inventory HEAD~1
  for _ in 1 2 3 4 5; do measure inventory "mig inventory" - mig --repo versions inventory HEAD~1; done
fi

root=()
[ "$(id -u)" = 0 ] || root=(sudo)
mount_image "$before" left
mount_image "$after" right
mount_image "$changed" changed
measure diff "diff -r on kernel mounts" - "${root[@]}" sh -c 'diff -rq --no-dereference left right || [ $? = 1 ]'
measure diff50 "diff -r on kernel mounts" - "${root[@]}" sh -c 'diff -rq --no-dereference right changed || [ $? = 1 ]'
measure list "find on a kernel mount" - "${root[@]}" find right -printf '%M %n %U %G %s %TY-%Tm-%Td %P %l\n'

if libguestfs_starts virt-diff; then
  # Not between systems that were installed apart: it fetches and compares, one by one, all files whose times differ, and had not ended after 22 minutes.
  measure diff50 "virt-diff$kvm" - virt-diff --format=raw -a "$after" --format=raw -A "$changed"
  measure list "virt-ls -lR$kvm" - virt-ls -lR --format=raw -a "$after" -m /dev/sda1 /
  measure inventory "virt-inspector$kvm" - virt-inspector --format=raw -a "$after"
else
  echo "  libguestfs cannot start its machine here: virt-diff, virt-ls and virt-inspector are left out"
fi
