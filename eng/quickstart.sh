#!/usr/bin/env bash
# quickstart.sh [DISK]: builds mig and shows its main job on DISK, which is only read, or on a small Linux disk that it makes from files of this machine.
# Prints each command and what it says. Works in a temporary folder, which it removes. Needs root only to install what is missing.
set -euo pipefail
given=${1:+$(realpath -- "$1")}
cd "$(dirname "$0")/.."
. eng/tools.sh

if ! command -v dotnet >/dev/null; then
  echo "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2
  exit 1
fi
need qemu-img=qemu-utils mkfs.ext4=e2fsprogs sfdisk=fdisk cmp=diffutils
echo "Building mig (eng/build.sh), which takes a few minutes the first time."
eng/build.sh >/dev/null
export PATH="$PWD/artifacts/mig:$PATH"
DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
export DOTNET_ROOT
export MIG_AUTHOR_NAME=Quickstart MIG_AUTHOR_EMAIL=quickstart@example.org MIG_COMMITTER_NAME=Quickstart MIG_COMMITTER_EMAIL=quickstart@example.org

folder=$(mktemp -d "${TMPDIR:-/tmp}/mig-quickstart.XXXXXX")
trap 'rm -rf "$folder"; echo; echo "Removed $folder."' EXIT
echo "Working in $folder, which is removed at the end."
cd "$folder"

say() { printf '\n# %s\n' "$*"; }
run() {
  local word line='$'
  for word in "$@"; do
    case $word in *\ *) line+=" \"$word\"" ;; *) line+=" $word" ;; esac
  done
  echo "$line"
  "$@" 2>&1
}

if [ -n "$given" ]; then
  disk=$given
else
  say "A disk to try it with: programs and settings of this machine on ext4, in a partition, as a VMDK."
  mkdir files
  for source in /etc /usr/bin /usr/share/zoneinfo /usr/share/perl; do
    [ -e "$source" ] || continue
    mkdir -p "files$(dirname "$source")"
    # Without root, what may not be read stays out.
    cp -R --no-dereference --preserve=mode,timestamps "$source" "files$(dirname "$source")/" 2>/dev/null || true
  done
  find files -type d ! -readable -prune -exec rm -rf {} + 2>/dev/null || true
  find files -type f ! -readable -delete 2>/dev/null || true
  echo "golden" >files/etc/hostname
  size=$(($(du -sm files | cut -f 1) * 5 / 4 + 128))
  truncate -s "$((size + 1))M" disk.raw
  printf 'label: dos\nstart=2048, type=83, bootable\n' | sfdisk -q disk.raw
  mkfs.ext4 -q -L root -d files -E offset=1048576,root_owner=0:0 disk.raw "${size}M"
  run qemu-img convert -O vmdk disk.raw disk.vmdk
  rm -r files
  disk=disk.vmdk
fi

say "A repository, and the first version. mig looks into the disk and says what it found."
run mig init
run mig commit "$disk" -m "first version"

if [ -z "$given" ]; then
  say "On a branch, one file of the disk changes. Only what is new is stored."
  run mig checkout -b web
  echo "web" >hostname
  debugfs -w -f - 'disk.raw?offset=1048576' >/dev/null 2>&1 <<<$'rm /etc/hostname\nwrite hostname /etc/hostname'
  run mig commit disk.raw -m "a web server"
  back=main
else
  say "The same disk again: nothing changed, so nothing is stored. Then a branch."
  run mig commit "$disk" -m "the same again"
  run mig branch web
  back=main
fi

say "The history, and what is inside the versions."
run mig log --oneline --graph --all
run mig show
if mig ls "HEAD:/" >listing 2>/dev/null; then
  run mig ls -l "HEAD:/"
  if mig cat "HEAD:/etc/hostname" >/dev/null 2>&1; then
    run mig cat "web:/etc/hostname"
    run mig cat "main:/etc/hostname"
  fi
else
  echo "mig could not look into a file system there; the disk is kept exactly all the same."
fi

say "Any version comes out again, in any format that mig writes, and is the same bit for bit."
run mig checkout "$back"
run mig checkout main --export again.vmdk
run qemu-img compare "$disk" again.vmdk
run mig checkout web --export web.raw
if [ -z "$given" ]; then
  run cmp disk.raw web.raw
else
  qemu-img convert -O raw again.vmdk again.raw
  run cmp web.raw again.raw
fi
echo "They are the same."

say "The repository: what it holds, and that every byte of it is intact."
run mig stats
run mig fsck
