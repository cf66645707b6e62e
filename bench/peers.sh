#!/usr/bin/env bash
# peers.sh WORK RESULTS CHANGED IMAGE...: the same as mig.sh, with restic, borg, casync, qcow2 with zstd, and zstd. Peers that can trust a file's time stamp
# are told to read the file. Appends to RESULTS, see measure.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 results=$2 changed=$3
shift 3
. "$here/measure.sh"
last=${!#}
last_name=$(basename "$last" .img)
peers=$work/peers
rm -rf "$peers"
mkdir -p "$peers"
export RESTIC_PASSWORD=x RESTIC_CACHE_DIR=$peers/restic-cache BORG_BASE_DIR=$peers/borg-base BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
out=$work/out.raw
# MIG_BENCH_PEERS names those to run; all of them unless it is set.
wanted() { [[ " ${MIG_BENCH_PEERS:-restic borg casync qcow2 zstd} " == *" $1 "* ]]; }
restored() { # ORIGINAL
  same "$out" "$1"
  rm -f "$out"
}

if wanted restic; then
  restic -q init -r "$peers/restic" >/dev/null
  for image in "$@"; do
    warm "$image"
    measure first restic "$peers/restic" restic -q -r "$peers/restic" backup --force "$image"
  done
  warm "$last"
  measure again restic "$peers/restic" restic -q -r "$peers/restic" backup --force "$last"
  warm "$peers/restic"
  measure export restic "$peers/restic" bash -c "restic -q -r '$peers/restic' dump latest '$last' >'$out'"
  restored "$last"
  warm "$changed"
  measure changed restic "$peers/restic" restic -q -r "$peers/restic" backup --force "$changed"
  warm "$peers/restic"
  measure check restic - restic -q -r "$peers/restic" check --read-data
  rm -rf "$peers/restic"
fi

if wanted borg; then
  borg init -e none "$peers/borg"
  for image in "$@"; do
    warm "$image"
    measure first borg "$peers/borg" borg create -C zstd,3 --files-cache=disabled "$peers/borg::$(basename "$image" .img)" "$image"
  done
  warm "$last"
  measure again borg "$peers/borg" borg create -C zstd,3 --files-cache=disabled "$peers/borg::again" "$last"
  warm "$changed"
  measure changed borg "$peers/borg" borg create -C zstd,3 --files-cache=disabled "$peers/borg::changed" "$changed"
  warm "$peers/borg"
  mkdir -p "$peers/restored"
  measure export borg "$peers/borg" bash -c "cd '$peers/restored' && borg extract --sparse '$peers/borg::$last_name'"
  mv "$(find "$peers/restored" -type f)" "$out"
  restored "$last"
  measure check borg - borg check --verify-data "$peers/borg"
  rm -rf "$peers/borg" "$peers/restored"
fi

if wanted casync; then
  for image in "$@"; do
    warm "$image"
    measure first casync "$peers/casync" casync make --store="$peers/casync" "$peers/$(basename "$image" .img).caibx" "$image"
  done
  warm "$last"
  measure again casync "$peers/casync" casync make --store="$peers/casync" "$peers/again.caibx" "$last"
  warm "$changed"
  measure changed casync "$peers/casync" casync make --store="$peers/casync" "$peers/changed.caibx" "$changed"
  warm "$peers/casync"
  measure export casync "$peers/casync" casync extract --store="$peers/casync" "$peers/$last_name.caibx" "$out"
  restored "$last"
  rm -rf "$peers/casync"
fi

if wanted qcow2; then
  mkdir -p "$peers/qcow2"
  for image in "$@"; do
    warm "$image"
    measure first "qcow2, zstd" "$peers/qcow2" qemu-img convert -c -O qcow2 -o compression_type=zstd "$image" "$peers/qcow2/$(basename "$image" .img).qcow2"
  done
  warm "$peers/qcow2"
  measure export "qcow2, zstd" "$peers/qcow2" qemu-img convert -O raw "$peers/qcow2/$last_name.qcow2" "$out"
  restored "$last"
  rm -rf "$peers/qcow2"
fi

if wanted zstd; then
  mkdir -p "$peers/zstd"
  for image in "$@"; do
    warm "$image"
    measure first "zstd -3 -T2" "$peers/zstd" zstd -q -3 -T2 "$image" -o "$peers/zstd/$(basename "$image").zst"
  done
  warm "$peers/zstd"
  measure export "zstd -3 -T2" "$peers/zstd" zstd -q -d --sparse "$peers/zstd/$last_name.img.zst" -o "$out"
  restored "$last"
fi

rm -rf "$peers"
warm "$last"
measure baseline "sha256sum" - sha256sum "$last"
measure baseline "cp --sparse=always" - cp --sparse=always "$last" "$out"
restored "$last"
