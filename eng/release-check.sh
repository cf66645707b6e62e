#!/usr/bin/env bash
# release-check.sh [FOLDER]: tries what eng/release.sh made in FOLDER (artifacts/release) as people meet it. Needs root.
#   The Debian package: lintian, then apt in a minimal Debian, where it commits a disk and gives it back, and is removed again.
#   The tool of dotnet: installed and run.
#   linux-arm64 by qemu-user: version, commit and export, with the managed zstd, as no libzstd of that machine is there.
# The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/tools.sh
folder=$(realpath "${1:-artifacts/release}")
need lintian=lintian mmdebstrap=mmdebstrap qemu-aarch64-static=qemu-user-static zstd=zstd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "ok      $what"
    passed=$((passed + 1))
  else
    echo "FAILED  $what"
    sed 's/^/        /' "$work/log"
    failed=$((failed + 1))
  fi
}

cat >"$work/try.sh" <<'TRY'
# Runs in a chroot: MIG is the program and its arguments.
set -eu
export MIG_AUTHOR_NAME=Check MIG_AUTHOR_EMAIL=check@example.org MIG_COMMITTER_NAME=Check MIG_COMMITTER_EMAIL=check@example.org HOME=${FOLDER:-/srv}
cd "${FOLDER:-/srv}"
rm -rf try && mkdir try && cd try
head -c 3000000 /usr/bin/dpkg >disk.raw 2>/dev/null || true
truncate -s 4M disk.raw
$MIG --version
$MIG init -q
$MIG commit disk.raw -m first
$MIG checkout --export out.raw
cmp disk.raw out.raw
$MIG fsck
TRY

# Debian.
deb=$(ls "$folder"/mig_*_amd64.deb)
check "lintian has no errors" lintian --fail-on error --allow-root "$deb"
minimal=$work/minimal
check "a minimal Debian is made" mmdebstrap --variant=apt --quiet bookworm "$minimal"
cp "$deb" "$work/try.sh" "$minimal/srv/"
cp /etc/apt/apt.conf.d/* "$minimal/etc/apt/apt.conf.d/" 2>/dev/null || true
cp /etc/resolv.conf "$minimal/etc/" 2>/dev/null || true
check "apt knows its packages" chroot "$minimal" apt-get update -q
check "apt installs the package" chroot "$minimal" apt-get install -y -q --no-install-recommends "/srv/$(basename "$deb")"
check "it commits and exports there" env MIG=mig chroot "$minimal" sh /srv/try.sh
check "its manual pages are where man looks" test -e "$minimal/usr/share/man/man1/mig-commit.1.gz"
check "apt removes it" chroot "$minimal" apt-get purge -y -q mig
check "nothing of it is left" sh -c "! find '$minimal/usr' -path '*mig*' -newer '$work/try.sh' | grep -E '/mig(\$|/)'"

# The tool of dotnet.
check "dotnet installs the tool" dotnet tool install --tool-path "$work/tool" --add-source "$folder" Mig.Cli
check "the tool runs" "$work/tool/mig" --version

# arm64. Its libraries are unpacked, not installed: nothing of that machine runs but mig, by qemu-user.
arm=$work/arm
check "a Debian of arm64 is unpacked" mmdebstrap --variant=extract --quiet --architectures=arm64 \
  --include=libc6,libstdc++6,libgcc-s1,libssl3,zlib1g bookworm "$arm"
check "the program is published for arm64 with its runtime" dotnet publish src/Mig.Cli --configuration Release --runtime linux-arm64 \
  --self-contained true --nologo --verbosity quiet --output "$arm/opt/mig"
rm -f "$arm"/usr/lib/aarch64-linux-gnu/libzstd.so*
export DOTNET_EnableWriteXorExecute=0
check "it commits and exports on arm64" env "MIG=qemu-aarch64-static -L $arm $arm/opt/mig/mig" "FOLDER=$work" sh "$work/try.sh"
check "it does so with the managed zstd" sh -c "qemu-aarch64-static -L $arm $arm/opt/mig/mig version --build | grep ZstdSharp"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
