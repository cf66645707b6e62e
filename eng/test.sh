#!/usr/bin/env bash
# test.sh [--no-build] [NAME]...: installs what the tests need, builds, and runs all test projects, or those whose names contain a NAME.
# The program that they start is the one that eng/build.sh publishes, native code: they start it thousands of times.
# The last line is "N passed, N failed". A skipped test counts as failed, and so does a project that crashes, hangs or holds no test.
# Tests that mount need root: they run through sudo when there is one and the user is another.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/tools.sh

build=1 names=()
for argument in "$@"; do
  case $argument in
    --no-build) build=0 ;;
    -*) echo "usage: eng/test.sh [--no-build] [NAME]..." >&2; exit 2 ;;
    *) names+=("$argument") ;;
  esac
done

projects=()
# The longest first: then none is left to run alone at the end.
for project in tests/Mig.Tests/*.csproj tests/Mig.Cli.Tests/*.csproj tests/Mig.FileSystems.Tests/*.csproj $(ls tests/*.Tests/*.csproj | grep -Ev '/Mig\.(Cli\.|FileSystems\.)?Tests\.csproj'); do
  project=$(basename "$project" .csproj)
  [ ${#names[@]} -gt 0 ] || names=("")
  for name in "${names[@]}"; do
    case $project in *"$name"*) projects+=("$project"); break ;; esac
  done
done
if [ ${#projects[@]} = 0 ]; then
  echo "no test project is called ${names[*]}" >&2
  exit 2
fi

if ! command -v dotnet >/dev/null; then
  echo "the .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2
  exit 1
fi
need sqlite3=sqlite3 bsdtar=libarchive-tools cpio=cpio ip=iproute2 sshd=openssh-server ssh=openssh-client strace=strace zstd=zstd xz=xz-utils bzip2=bzip2 python3=python3 mkfs.ext4=e2fsprogs mkfs.fat=dosfstools mkfs.f2fs=f2fs-tools mkudffs=udftools genisoimage=genisoimage mkfs.jfs=jfsutils mkfs.reiserfs=reiserfsprogs mkfs.btrfs=btrfs-progs mkfs.xfs=xfsprogs cryptsetup=cryptsetup-bin mksquashfs=squashfs-tools mkfs.erofs=erofs-utils mkfs.exfat=exfatprogs mkfs.nilfs2=nilfs-tools mcopy=mtools qemu-img=qemu-utils qemu-io=qemu-utils qemu-system-x86_64=qemu-system-x86 virt-xml-validate=libvirt-clients xmllint=libxml2-utils nbdinfo=libnbd-bin nbdcopy=libnbd-bin nbdkit=nbdkit fio=fio sfdisk=fdisk sgdisk=gdisk losetup=mount partx=util-linux setpriv=util-linux setfattr=attr setfacl=acl git=git cmp=diffutils curl=curl openssl=openssl rpmbuild=rpm pacman=pacman-package-manager db5.3_load=db5.3-util zip=zip objcopy=binutils mkntfs=ntfs-3g reged=chntpw systemctl=systemd systemd-analyze=systemd nginx=nginx-light caddy=caddy fusermount3=fuse3 bwrap=bubblewrap busybox=busybox-static pgrep=procps groff=groff-base man=man-db
[ -e /usr/share/OVMF/OVMF_CODE_4M.fd ] || need -=ovmf
need_native
need_python jsonschema=python3-jsonschema packaging=python3-packaging hivex=python3-hivex
if [ $build = 1 ]; then
  dotnet build mig.sln -c Release -nologo -v quiet -clp:NoSummary
  eng/build.sh >/dev/null
fi

# A test program finds its runtime by DOTNET_ROOT when the SDK does not stand in the usual place; sudo would drop it.
dotnet_root=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
results=$(mktemp -d)
# Tests write and sync much, and nothing of it is to last: where there is memory for it, that takes half the time.
scratch=''
if [ "$(df --output=fstype /dev/shm 2>/dev/null | tail -n 1)" = tmpfs ] && [ "$(df --output=avail /dev/shm | tail -n 1)" -gt $((8 << 20)) ]; then
  scratch=$(mktemp -d -p /dev/shm)
  chmod 1777 "$scratch"
fi
trap 'as_root rm -rf --one-file-system "$results" ${scratch:+"$scratch"}' EXIT
limit=${MIG_TEST_TIMEOUT:-3000}
sudo=()
[ "$(id -u)" = 0 ] || ! command -v sudo >/dev/null || sudo=(sudo)

run() { # PROJECT: writes its output to $results/PROJECT.log, then "passed failed seconds" to $results/PROJECT
  local project=$1 log=$results/$1.log start=$SECONDS status=0 summary total failed errors
  local name=${project%+*} zstd=
  [ "$name" = "$project" ] || zstd=managed
  local program=$PWD/artifacts/bin/$name/release/$name
  "${sudo[@]}" env "DOTNET_ROOT=$dotnet_root" "PATH=$PATH" "TMPDIR=${scratch:-${TMPDIR:-/tmp}}" TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 \
    "MIG_TEST_PROGRAM=$PWD/artifacts/mig/mig" "MIG_UPDATE_DOCS=${MIG_UPDATE_DOCS:-}" "MIG_ZSTD=$zstd" \
    timeout --kill-after=10 "$limit" "$program" -noLogo -noColor -noAutoReporters -failSkips \
    -printMaxStringLength 300 -printMaxEnumerableLength 30 >"$log" 2>&1 </dev/null || status=$?
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, ' "$log" | tail -n 1) || true
  if [ -n "$summary" ]; then
    read -r total errors failed < <(sed -E 's/.*Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+),.*/\1 \2 \3/' <<<"$summary")
  else
    total=0 errors=0 failed=0
  fi
  local passed=$((total - failed))
  failed=$((failed + errors))
  [ $status != 124 ] || echo "stopped after $limit seconds" >>"$log"
  if [ $failed = 0 ] && { [ $status != 0 ] || [ "$total" = 0 ]; }; then
    echo "$project ended with $status after $total tests" >>"$log"
    failed=1
  fi
  echo "$passed $failed $((SECONDS - start))" >"$results/$project"
}

report() { # PROJECT
  local passed failed seconds
  read -r passed failed seconds <"$results/$1"
  printf '%-24s %5d passed, %d failed, %d s\n' "$1" "$passed" "$failed" "$seconds"
  [ "$failed" = 0 ] || sed 's/^/    /' "$results/$1.log"
}

reported=" "
report_new() {
  local project
  for project in "${projects[@]}"; do
    if [ -f "$results/$project" ] && [[ $reported != *" $project "* ]]; then
      report "$project"
      reported+="$project "
    fi
  done
}

# What stores everything is tested once more with the zstd that mig brings along.
for project in "${projects[@]}"; do
  [ "$project" != Mig.Store.Tests ] || projects+=("$project+managed")
done

for project in "${projects[@]}"; do
  while [ "$(jobs -pr | wc -l)" -ge 2 ]; do
    wait -n || true
    report_new
  done
  run "$project" &
done
wait
report_new

passed=0 failed=0
for project in "${projects[@]}"; do
  if [ -f "$results/$project" ]; then
    read -r p f _ <"$results/$project"
  else
    p=0 f=1
  fi
  passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
