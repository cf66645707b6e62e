#!/usr/bin/env bash
# extract.sh WORK RESULTS IMAGE: all files of IMAGE, from a repository into a folder: mig extract, restic restore of the same tree, tar x of it; and as a tar: mig, tar c of the
# mounted disk. Then one search in all its files: mig grep, grep -r on the mount. Appends to RESULTS, see measure.sh. mig is on the path. Needs root.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 results=$2 image=$3
. "$here/measure.sh"
export MIG_AUTHOR_NAME=Bench MIG_AUTHOR_EMAIL=bench@example.org MIG_COMMITTER_NAME=Bench MIG_COMMITTER_EMAIL=bench@example.org
export RESTIC_PASSWORD=x RESTIC_CACHE_DIR=$work/restic-cache
folder=$work/extract
rm -rf --one-file-system "$folder"
mkdir -p "$folder/mount"
cd "$folder"
trap 'mountpoint -q "$folder/mount" && umount "$folder/mount"' EXIT
mount -o ro,loop,offset=1048576 "$image" mount

mig init --bare mig >/dev/null
mig --repo mig commit "$image" -m image >/dev/null 2>&1
restic -q init -r restic >/dev/null
(cd mount && restic -q -r ../restic backup .)
tar -C mount -cpf all.tar --xattrs --xattrs-include='*' .

# same FOLDER: everything that find knows of both trees
same() { cmp <(list mount) <(list "$1") && rm -rf "$1"; }
list() { (cd "$1" && find . -mindepth 1 -printf '%P|%y|%m|%U|%G|%T@|%l\n' | LC_ALL=C sort); }

warm mig
measure extract mig - mig --repo mig extract HEAD:/ out
same out
warm restic
measure extract restic - restic -q -r restic restore latest --target out
rm -rf out
warm all.tar
mkdir out
measure extract tar - tar -C out -xpf all.tar --xattrs --xattrs-include='*'
same out
rm all.tar
warm mig
measure tar mig - mig --repo mig extract -o out.tar HEAD:/
rm out.tar
find mount -type f -exec cat {} + >/dev/null
measure tar tar - tar -C mount -cpf out.tar --xattrs --xattrs-include='*' .
rm out.tar
measure grep mig - mig --repo mig grep -c -F 'GNU General Public License' HEAD
measure grep grep - env LC_ALL=C grep -r -c -F 'GNU General Public License' mount
umount mount
cd /
rm -rf --one-file-system "$folder"
