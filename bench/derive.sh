#!/usr/bin/env bash
# derive.sh WORK TABLE IMAGE [COUNT]: three small files into a version, and clones of one image with three files of their own: mig, the kernel's mount of a copy that is stored anew
# (mig commit, restic), and virt-customize on qcow2 overlays where libguestfs can start its machine. Writes a table in Markdown to TABLE. The last three do a few clones: their time
# for each does not depend on how many there are. COUNT: as many clones more with mig, such as 10000. mig is on the path.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 table=$2 image=$3 count=${4:-0}
. "$here/measure.sh"
. "$here/libguestfs.sh"
. "$here/../eng/tools.sh"
export MIG_AUTHOR_NAME=Bench MIG_AUTHOR_EMAIL=bench@example.org MIG_COMMITTER_NAME=Bench MIG_COMMITTER_EMAIL=bench@example.org
export RESTIC_PASSWORD=bench LC_ALL=C
few=3
folder=$work/derive results=$work/derive.tsv
mkdir -p "$folder/mount" "$folder/template/etc/network"
: >"$results"
cd "$folder"
loop=''
cleanup() {
  as_root umount "$folder/mount" 2>/dev/null || true
  [ -z "$loop" ] || as_root losetup -d "$loop" 2>/dev/null || true
  rm -rf --one-file-system "$folder"
}
trap cleanup EXIT

printf '{{name}}\n' >template/etc/hostname
printf 'auto eth0\niface eth0 inet static\n  address {{ip}}\n' >template/etc/network/interfaces
printf 'key of {{name}}\n' >template/etc/machine-key
hosts() { # COUNT
  echo name,ip
  awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "n%d-%05d,10.%d.%d.%d/8\n", n, i, int(i / 65536), int(i / 256) % 256, i % 256 }'
}

# fill NAME IP: the files of one clone, in the folder filled.
fill() {
  rm -rf filled
  cp -a template filled
  find filled -type f -exec sed -i "s/{{name}}/$1/; s/{{ip}}/$2/" {} +
}

size() { du -sb "$1" | cut -f 1; }
rows=()
# row WHAT CLONES SECONDS BYTES
row() {
  rows+=("$(awk -v what="$1" -v n="$2" -v s="$3" -v b="$4" 'BEGIN { printf "| %s | %d | %.2f | %.1f | %.1f |", what, n, s, s * 1000 / n, b / 1024 / n }')")
  echo "  $1: $2 in $3 s"
}
seconds() { awk -F '\t' -v step="$1" '$1 == step { print $3 }' "$results" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }

mig init --bare repository >/dev/null
mig --repo repository commit -q "$image" -m base >/dev/null 2>&1
mig --repo repository tag base
for i in 1 2 3 4 5; do
  fill "five$i" 10.0.0.5
  before=$(size repository)
  measure put mig - mig --repo repository put filled/. HEAD:/
  grown=$(($(size repository) - before))
done
row "mig put, three files (median of five)" 1 "$(seconds put)" "$grown"
for n in 100 $([ "$count" = 0 ] || echo "$count"); do
  hosts "$n" >hosts.csv
  before=$(size repository)
  measure "derive$n" mig - mig --repo repository derive base --hosts hosts.csv --template template
  row "mig derive" "$n" "$(seconds "derive$n")" $(($(size repository) - before))
done

# A clone through the kernel: copy, mount, write, unmount, store again.
clone() { # STORE-COMMAND...
  fill "kernel$RANDOM" 10.0.0.6
  cp --sparse=always --reflink=auto "$image" clone.img
  loop=$(as_root losetup -f --show -o 1048576 clone.img)
  as_root mount "$loop" mount
  as_root cp -a --no-preserve=ownership filled/. mount/
  as_root umount mount
  as_root losetup -d "$loop"
  loop=''
  "$@" >/dev/null 2>&1
}

by_kernel() { # WHAT REPOSITORY COMMAND...
  local what=$1 repository=$2 start before
  shift 2
  before=$(size "$repository") start=$EPOCHREALTIME
  for _ in $(seq "$few"); do clone "$@"; done
  row "$what" "$few" "$(awk "BEGIN { print $EPOCHREALTIME - $start }")" $(($(size "$repository") - before))
}

by_kernel "copy, mount, edit, \`mig commit\`" repository mig --repo repository commit -q clone.img -m clone
if command -v restic >/dev/null; then
  restic -q init -r restic
  cp --sparse=always --reflink=auto "$image" clone.img
  restic -q -r restic backup clone.img
  by_kernel "copy, mount, edit, \`restic backup\`" restic restic -q -r restic backup clone.img
fi
rm -f clone.img

missing=''
if libguestfs_starts virt-customize; then
  start=$EPOCHREALTIME bytes=0
  for i in $(seq "$few"); do
    fill "guest$i" 10.0.0.7
    qemu-img create -q -f qcow2 -F raw -b "$image" "guest$i.qcow2"
    virt-customize -q -a "guest$i.qcow2" --no-network --upload filled/etc/hostname:/etc/hostname --upload filled/etc/network/interfaces:/etc/network/interfaces --upload filled/etc/machine-key:/etc/machine-key
    bytes=$((bytes + $(du -B1 "guest$i.qcow2" | cut -f 1)))
  done
  row "qcow2 overlay, \`virt-customize\`$kvm" "$few" "$(awk "BEGIN { print $EPOCHREALTIME - $start }")" "$bytes"
else
  missing="\`virt-customize\` was not measured here: libguestfs is missing or cannot start its machine."
fi

{
  echo '| | clones | seconds | ms for each | KiB stored for each |'
  echo '|---|---:|---:|---:|---:|'
  printf '%s\n' "${rows[@]}"
  [ -z "$missing" ] || printf '\n%s\n' "$missing"
} >"$table"
