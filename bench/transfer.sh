#!/usr/bin/env bash
# transfer.sh WORK RESULTS FIRST SECOND: the other side has disk FIRST, and SECOND is sent there: mig over HTTP on loopback, restic copy, rsync of the disk, rsync
# of casync's chunks. Then mig clones both. Appends to RESULTS, see measure.sh; the bytes are those that travelled. mig is on the path.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$1 results=$2 first=$3 second=$4
. "$here/measure.sh"
export MIG_AUTHOR_NAME=Bench MIG_AUTHOR_EMAIL=bench@example.org MIG_COMMITTER_NAME=Bench MIG_COMMITTER_EMAIL=bench@example.org
export RESTIC_PASSWORD=x RESTIC_FROM_PASSWORD=x RESTIC_CACHE_DIR=$work/restic-cache
folder=$work/transfer
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
server=''
trap '[ -z "$server" ] || kill "$server"' EXIT

size() { du -sb "$1" | cut -f 1; }
# moved BYTES: puts the bytes that travelled into the line that measure wrote last
moved() { awk -F '\t' -v OFS='\t' -v bytes="$1" 'NR > 1 { print line } { line = $0 } END { $0 = line; $6 = bytes; print }' "$results" >"$work/moved" && cp "$work/moved" "$results"; }

mig init --bare there >/dev/null
mig init --bare here >/dev/null
mig --repo here commit "$first" -m first >/dev/null 2>&1
mig serve --listen 127.0.0.1:8329 there 2>"$work/serve.log" &
server=$!
for _ in $(seq 100); do ! grep -q listening "$work/serve.log" || break; sleep 0.1; done
mig --repo here remote add origin http://127.0.0.1:8329/
mig --repo here push origin main >/dev/null 2>&1
mig --repo here commit "$second" -m second >/dev/null 2>&1
warm here
before=$(size there)
measure send mig - mig --repo here push origin main
moved $(($(size there) - before))
warm there
measure clone mig - mig clone --bare http://127.0.0.1:8329/ copy
moved "$(size copy)"
mig --repo copy checkout main --export out.raw >/dev/null
same out.raw "$second"
mig --repo there fsck --quick >/dev/null
kill "$server"
wait "$server" || true
server=''
rm -rf here there copy out.raw

restic -q init -r here >/dev/null
restic -q init -r there --from-repo here --copy-chunker-params >/dev/null
restic -q -r here backup "$first"
restic -q -r there copy --from-repo here >/dev/null
restic -q -r here backup "$second"
warm here
before=$(size there)
measure send "restic copy" - restic -q -r there copy --from-repo here latest
moved $(($(size there) - before))
rm -rf here there

cp --sparse=always "$first" disk.raw
warm disk.raw "$second"
measure send rsync - rsync --no-whole-file --sparse --stats "$second" disk.raw
moved "$(sed -n 's/^Total bytes \(sent\|received\): //p' "$work/log" | tr -d ,. | awk '{ n += $1 } END { print n }')"
same disk.raw "$second"
rm -f disk.raw

casync make --store=here first.caibx "$first" >/dev/null 2>&1
cp -r here there
casync make --store=here second.caibx "$second" >/dev/null 2>&1
warm here there
before=$(size there)
measure send "casync's chunks by rsync" - rsync -a --ignore-existing here/ there/
moved $(($(size there) - before))
cd /
rm -rf "$folder"
