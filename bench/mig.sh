#!/usr/bin/env bash
# mig.sh WORK RESULTS CHANGED IMAGE...: commits the images one after another into one repository, commits the last again, commits CHANGED (a copy of
# the last in which some files changed), exports the last, reads one file, checks, collects. Appends to RESULTS, see measure.sh. mig is on the path.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 results=$2 changed=$3
shift 3
. "$here/measure.sh"
export MIG_AUTHOR_NAME=Bench MIG_AUTHOR_EMAIL=bench@example.org MIG_COMMITTER_NAME=Bench MIG_COMMITTER_EMAIL=bench@example.org
last=${!#}
repository=$work/mig
rm -rf "$repository"
mkdir -p "$repository"
cd "$repository"

mig -c init.defaultBranch="$(basename "$1" .img)" init >/dev/null
for image in "$@"; do
  name=$(basename "$image" .img)
  [ "$image" = "$1" ] || mig checkout -b "$name" >/dev/null 2>&1
  warm "$image"
  measure first mig "$repository/.mig" mig commit "$image" -m "$name"
done

warm "$last"
measure again mig "$repository/.mig" mig commit "$last" -m again --allow-empty
measure again "mig --quick" "$repository/.mig" mig commit --quick "$last" -m again --allow-empty

# A quick commit of the changed disk first would leave the slow one nothing to do, so each has its branch.
warm "$changed"
mig checkout -b changed >/dev/null 2>&1
measure changed mig "$repository/.mig" mig commit "$changed" -m changed
warm "$repository/.mig"
measure export mig "$repository/.mig" mig checkout "$(basename "$last" .img)" --export "$work/out.raw"
same "$work/out.raw" "$last"
rm -f "$work/out.raw"
mig checkout changed --export "$work/out.raw" >/dev/null
same "$work/out.raw" "$changed"
rm -f "$work/out.raw"

for _ in 1 2 3 4 5; do
  measure cat mig - mig cat HEAD:/usr/lib/os-release
  measure log mig - mig log
done
mig cat HEAD:/usr/lib/os-release >"$work/file"
debugfs -R 'cat /usr/lib/os-release' "$changed?offset=1048576" 2>/dev/null >"$work/expected"
same "$work/file" "$work/expected"
warm "$repository/.mig"
measure check mig - mig fsck
measure check "mig --sample 10%" - mig fsck --sample 10%
measure gc mig "$repository/.mig" mig gc
warm "$repository/.mig"
measure export-gc mig - mig checkout "$(basename "$last" .img)" --export "$work/out.raw"
same "$work/out.raw" "$last"
rm -f "$work/out.raw"
for _ in 1 2 3 4 5; do
  measure cat-gc mig - mig cat HEAD:/usr/lib/os-release
done
mig fsck >/dev/null
cd /
rm -rf "$repository"
