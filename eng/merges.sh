#!/usr/bin/env bash
# merges.sh [--cache FOLDER] [--control] [IMAGE] [PATTERN...]: the judge of merges. Takes a small Debian (IMAGE, a disk with one ext4; without it, mmdebstrap makes one, once per FOLDER), installs
# packages of every kind that eng/merges_packages.py builds, and for each pair of changes in eng/merges_table.py, or those whose names match a PATTERN, merges both in both directions, and after a
# conflict takes each side. What comes out is compared with a machine on which both were done by hand, one after the other: file by file, dpkg --audit, dpkg --verify, pwck -r, grpck -r,
# systemctl --root, e2fsck -fn. Prints pairs, equal, conflicts, wrong; ends with 0 only when nothing is wrong.
# --control damages each result first, every time in another way: then all must be wrong.
# Needs root, Debian, and about 3 GiB in TMPDIR. Nothing is fetched when the FOLDER has it.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/tools.sh
case ${1-} in -h | --help) sed -n '2,7s/^# //p' eng/merges.sh; exit 0 ;; esac
need python3=python3 dpkg-deb=dpkg e2fsck=e2fsprogs mkfs.ext4=e2fsprogs systemctl=systemd mount=mount unshare=util-linux mmdebstrap=mmdebstrap
export MIG=${MIG:-$PWD/artifacts/bin/Mig.Cli/release/Mig.Cli}
[ -x "$MIG" ] || dotnet build src/Mig.Cli -c Release -nologo -v quiet -clp:NoSummary
exec python3 eng/merges.py "$@"
