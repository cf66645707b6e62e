#!/usr/bin/env bash
# bench.sh [--set trimmed|untrimmed|both|none] [--images "min base …"] [--rounds N] [--no-peers] [--no-transfer] [--no-lines] [--no-extract] [--no-inside] [--no-derive] [DIR]: measures mig beside its peers on real disks, and writes the tables into
# docs/benchmarks.md. DIR, ~/.cache/mig-bench unless given, keeps the disks: they are made on the first run (bench/make-corpus.sh, 9 GB, which needs root
# and the network); scratch files take 30 GB more. All five images, both sets, three rounds: three to four hours on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/tools.sh

rounds=3 sets="trimmed untrimmed" images="min base wiki gui ide" peers=1 transfer=1 lines=1 extract=1 inside=1 derive=1 dir=${XDG_CACHE_HOME:-$HOME/.cache}/mig-bench
while [ $# -gt 0 ]; do
  case $1 in
    --set) sets=${2/both/trimmed untrimmed} sets=${sets/none/}; shift ;;
    --images) images=$2; shift ;;
    --rounds) rounds=$2; shift ;;
    --no-peers) peers=0 ;;
    --no-transfer) transfer=0 ;;
    --no-lines) lines=0 ;;
    --no-inside) inside=0 ;;
    --no-extract) extract=0 ;;
    --no-derive) derive=0 ;;
    -*) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
    *) dir=$1 ;;
  esac
  shift
done
before='' last=''
for name in $images; do before=${last:-$name} last=$name; done

need mmdebstrap=mmdebstrap mkfs.ext4=e2fsprogs sfdisk=fdisk losetup=mount fstrim=util-linux restic=restic borg=borgbackup casync=casync qemu-img=qemu-utils zstd=zstd rsync=rsync
[ -x /usr/bin/time ] || as_root apt-get install -qy time >/dev/null
eng/build.sh >/dev/null
export PATH="$PWD/artifacts/mig:$PATH"
DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
export DOTNET_ROOT

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
missing=()
for name in $images; do [ -f "$dir/trimmed/$name.img.done" ] || missing+=("$name"); done
[ ${#missing[@]} = 0 ] || as_root bench/make-corpus.sh "$dir" "${missing[@]}"

work=$(mktemp -d "$dir/work.XXXXXX")
mount=$work/mount loop=''
cleanup() {
  as_root umount "$mount" 2>/dev/null || true
  [ -z "$loop" ] || as_root losetup -d "$loop" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
mkdir -p "$mount"

# change IMAGE COPY: fifty files, spread over the disk, get another line through the kernel's own driver.
change() {
  cp --sparse=always "$1" "$2"
  loop=$(as_root losetup -f --show -o 1048576 "$2")
  as_root mount "$loop" "$mount"
  as_root bash -c "find '$mount/usr/share' -xdev -type f -size -64k | LC_ALL=C sort >'$work/names'; step=\$((\$(wc -l <'$work/names') / 50))
    awk -v step=\"\$step\" 'NR % step == 1' '$work/names' | head -n 50 | while IFS= read -r path; do echo changed >>\"\$path\"; done"
  as_root umount "$mount"
  as_root losetup -d "$loop"
  loop=''
}

: >"$work/all.tsv"
for set in $sets; do
  folder=$dir
  [ "$set" = untrimmed ] || folder=$dir/trimmed
  paths=()
  for name in $images; do paths+=("$folder/$name.img"); done
  echo "$set: $images"
  results=$work/$set.tsv
  : >"$results"
  change "$folder/$last.img" "$work/changed.img"
  for round in $(seq "$rounds"); do
    export MIG_BENCH_ROUND=$round
    bench/mig.sh "$work" "$results" "$work/changed.img" "${paths[@]}"
    [ $peers = 0 ] || bench/peers.sh "$work" "$results" "$work/changed.img" "${paths[@]}"
  done
  export MIG_BENCH_ROUND=1
  rm -f "$work/changed.img"
  sed "s/^/$set\t/" "$results" >>"$work/all.tsv"
done

if [ $transfer = 1 ]; then
  echo "transfer: $last to where $before is"
  : >"$work/transfer.tsv"
  bench/transfer.sh "$work" "$work/transfer.tsv" "$dir/trimmed/$before.img" "$dir/trimmed/$last.img"
  sed "s/^/transfer\t/" "$work/transfer.tsv" >>"$work/all.tsv"
fi

if [ $lines = 1 ]; then
  echo "lines: $before over 100 ms and 50 Mbit/s"
  need git=git sshd=openssh-server ssh=openssh-client python3=python3
  as_root env "PATH=$PATH" "DOTNET_ROOT=$DOTNET_ROOT" "TMPDIR=$work" bench/lines.sh "$dir/trimmed/$before.img" "$work/lines.md"
fi

if [ $inside = 1 ]; then
  echo "inside: $before and $last"
  : >"$work/inside.tsv"
  need virt-diff=libguestfs-tools
  ls /boot/vmlinuz-* >/dev/null 2>&1 || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "linux-image-cloud-$(dpkg --print-architecture)" >/dev/null
  change "$dir/trimmed/$last.img" "$work/changed.img"
  bench/inside.sh "$work" "$work/inside.tsv" "$dir/trimmed/$before.img" "$dir/trimmed/$last.img" "$work/changed.img"
  rm -f "$work/changed.img"
  sed "s/^/inside\t/" "$work/inside.tsv" >>"$work/all.tsv"
fi
if [ $extract = 1 ]; then
  echo "extract: all files of $last"
  : >"$work/extract.tsv"
  as_root env "PATH=$PATH" "DOTNET_ROOT=$DOTNET_ROOT" bench/extract.sh "$work" "$work/extract.tsv" "$dir/trimmed/$last.img"
  sed "s/^/extract\t/" "$work/extract.tsv" >>"$work/all.tsv"
fi

if [ $derive = 1 ]; then
  echo "derive: clones of $last"
  need virt-customize=libguestfs-tools
  ls /boot/vmlinuz-* >/dev/null 2>&1 || as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "linux-image-cloud-$(dpkg --print-architecture)" >/dev/null
  bench/derive.sh "$work" "$work/derive.md" "$dir/trimmed/$last.img" "${MIG_BENCH_CLONES:-0}"
fi

mib() { echo $(($1 / 1048576)); }
image_tables() {
  echo "Measured on $(date -u +%Y-%m-%d) by \`eng/bench.sh\`: mig $(mig version | awk '{ print $3 }'), $(nproc) cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)),"
  echo "$(awk '/^MemTotal/ { print int($2 / 1048576 + 0.5) }' /proc/meminfo) GiB of memory, Linux $(uname -r | cut -d - -f 1); $(restic version | cut -d ' ' -f 1,2), borg $(borg --version | cut -d ' ' -f 2),"
  echo "casync $(casync --version | awk 'NR == 1 { print $2 }'), qemu-img $(qemu-img --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'), zstd $(zstd --version | sed 's/.*v\([0-9.]*\).*/\1/')."
  echo "restic 0.14 and borg 1.2.4 are of 2022. Rounds: $rounds, in each of them mig and then its peers; medians, and from the least to the most."
  for set in $sets; do
    folder=$dir
    [ "$set" = untrimmed ] || folder=$dir/trimmed
    echo
    echo "### The $set set"
    echo
    length=0 stored=0
    for name in $images; do
      length=$((length + $(stat -c %s "$folder/$name.img"))) stored=$((stored + $(du -B1 "$folder/$name.img" | cut -f 1)))
    done
    echo "Images: $images. Together $(mib $length) MiB long, $(mib $stored) MiB of it not holes."
    awk -F '\t' -v set="$set" -v last="$last" -f bench/tables.awk "$work/all.tsv"
  done
}

transfer_tables() {
  echo "Images: $before, then $last, of the trimmed set. Both ends are on one machine, so the network costs nothing: look at what travels."
  awk -F '\t' -v set=transfer -v last="$last" -f bench/tables.awk "$work/all.tsv"
}

lines_tables() {
  echo "Image: $before of the trimmed set, and the same with fifty files changed, through a line of 100 ms and 50 Mbit/s. A turn is a time that something goes to the server after something came back: where it has to be waited for, a round trip."
  echo
  cat "$work/lines.md"
}

inside_tables() {
  echo "Images: $before and $last, of the trimmed set; the short commands are the median of five runs."
  awk -F '\t' -v set=inside -v last="$last" -f bench/tables.awk "$work/all.tsv"
}

extract_tables() {
  echo "Image: $last of the trimmed set. restic and tar read its mounted file system; mig read the disk. The input is in the page cache; nothing is synced."
  awk -F '\t' -v set=extract -v last="$last" -f bench/tables.awk "$work/all.tsv"
}

derive_tables() {
  echo "Image: $last of the trimmed set, $(mib "$(stat -c %s "$dir/trimmed/$last.img")") MiB. Each clone gets three small files: host name, network, a key. \`MIG_BENCH_CLONES=10000 eng/bench.sh\` makes as many more."
  echo
  cat "$work/derive.md"
}

# publish MARK: puts what it reads between the marks of that name in docs/benchmarks.md.
publish() {
  cat >"$work/tables.md"
  awk -v tables="$work/tables.md" -v mark="$1" '
    $0 == "<!-- " mark ":end -->" { inside = 0 }
    !inside { print }
    $0 == "<!-- " mark ":begin -->" { inside = 1; print ""; while ((getline line <tables) > 0) print line; print "" }
  ' docs/benchmarks.md >"$work/benchmarks.md"
  cp "$work/benchmarks.md" docs/benchmarks.md
}

[ -z "$sets" ] || image_tables | publish bench
[ $transfer = 0 ] || transfer_tables | publish transfer
[ $lines = 0 ] || lines_tables | publish lines
[ $inside = 0 ] || inside_tables | publish inside
[ $extract = 0 ] || extract_tables | publish extract
[ $derive = 0 ] || derive_tables | publish derive
echo "docs/benchmarks.md is written"
