#!/usr/bin/env bash
# boot.sh DISK [SHARE]: starts DISK, a Debian that asks for a login on its serial line, straight from a repository, without KVM; root logs in, writes, and powers it off.
# Judges: the login prompt comes before SHARE percent of the image's bytes are read (15 unless given); what was flushed before everything is killed is there after it;
# the version that comes of it is content with e2fsck, and has what the machine wrote, by its own sha256sum. Takes some minutes, and gigabytes in TMPDIR; needs no root.
set -euo pipefail
disk=$(realpath -- "${1:?usage: eng/boot.sh DISK [SHARE]}")
share=${2:-15}
cd "$(dirname "$0")/.."
. eng/tools.sh
need qemu-system-x86_64=qemu-system-x86 e2fsck=e2fsprogs sfdisk=fdisk cmp=diffutils
program=${MIG_TEST_PROGRAM:-$PWD/$(eng/build.sh | tail -1)}
folder=$(mktemp -d)
export TMPDIR=$folder # what is killed leaves its files there
machine=
end() {
  [ -z "$machine" ] || kill "$machine" 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT
cd "$folder"
export MIG_AUTHOR_NAME=Boot MIG_AUTHOR_EMAIL=boot@example.org MIG_COMMITTER_NAME=Boot MIG_COMMITTER_EMAIL=boot@example.org
mig() { "$program" "$@"; }
fail() { echo "failed: $*" >&2; tail -n 20 console messages >&2; exit 1; }

# Starts the branch and leaves its keyboard open as descriptor 3.
start() { # OPTION...
  rm -f keys; mkfifo keys; : > console; : > messages
  exec 3<>keys
  "$program" boot main --accel tcg "$@" < keys > console 2> messages 3>&- &
  machine=$!
}

expect() { # TEXT SECONDS
  local count
  for ((count = 0; count < $2 * 2; count++)); do
    if grep -qaF -- "$1" console; then return; fi
    kill -0 "$machine" 2>/dev/null || fail "the machine ended before it printed: $1"
    sleep 0.5
  done
  fail "not printed in $2 s: $1"
}

type_line() { printf '%s\n' "$1" >&3; }

finish() { # SECONDS: waits for the end of the machine, which must be 0
  local count
  for ((count = 0; count < $1 * 2; count++)); do
    if ! kill -0 "$machine" 2>/dev/null; then
      wait "$machine" || fail "mig boot ended with $?"
      machine=
      exec 3>&-
      return
    fi
    sleep 0.5
  done
  fail "the machine did not end in $1 s"
}

mig init -q
mig commit -q "$disk" -m "as it came" 2>/dev/null
mig cat HEAD:/etc/shadow | sed 's/^root:[^:]*:/root::/' > shadow
mig put shadow HEAD:/etc/shadow -m "root has no password" > /dev/null

echo "== to the login prompt"
begin=$SECONDS
start --snapshot --grace 0
expect "login:" 600
seconds=$((SECONDS - begin))
kill -TERM "$machine"
wait "$machine" && fail "a machine that was switched off ended with 0"
machine=
exec 3>&-
grep '^read ' messages || fail "nothing was said of what was read"
percent=$(sed -n 's/^read .*(\([0-9.]*\) %).*/\1/p' messages)
awk "BEGIN { exit !($percent < $share) }" || fail "$percent % were read, less than $share allowed"
echo "login prompt after $seconds s, $percent % of the version read"

echo "== killed, all of it, after a flush"
start
expect "login:" 600
type_line root
expect "# " 120
type_line 'head -c 5000000 /dev/urandom > ~/flushed; sync; echo sum $(sha256sum < ~/flushed)'
expect "sum " 120
for ((i = 0; i < 120; i++)); do grep -qaE 'sum [0-9a-f]{64}' console && break; sleep 0.5; done
flushed=$(grep -aoE 'sum [0-9a-f]{64}' console | tail -1 | cut -d ' ' -f 2)
children=$(pgrep -P "$machine")
kill -KILL "$machine"
wait "$machine" 2>/dev/null || true
machine=
exec 3>&-
for ((i = 0; i < 100; i++)); do kill -0 $children 2>/dev/null || break; sleep 0.1; done
kill -0 $children 2>/dev/null && fail "QEMU outlived mig"

echo "== goes on, powers off, is committed"
start -m "after its life"
expect "login:" 600
type_line root
expect "# " 120
type_line 'echo again $(sha256sum < ~/flushed)'
for ((i = 0; i < 120; i++)); do grep -qaE 'again [0-9a-f]{64}' console && break; sleep 0.5; done
[ "$(grep -aoE 'again [0-9a-f]{64}' console | tail -1 | cut -d ' ' -f 2)" = "$flushed" ] || fail "what was flushed is not there again"
type_line 'poweroff'
finish 300
tail -n 2 messages
[ "$(mig cat HEAD:/root/flushed | sha256sum | cut -d ' ' -f 1)" = "$flushed" ] || fail "the version has something else than the machine wrote"
mig checkout HEAD --export after.raw > /dev/null 2>&1
first=$(sfdisk -J after.raw | sed -n 's/.*"start": *\([0-9]*\).*/\1/p' | head -1)
e2fsck -fn "after.raw?offset=$((first * 512))" > judged 2>&1 || { cat judged; fail "e2fsck objects"; }
tail -n 1 judged
# The judge objects to a disk that is not whole.
dd if=/dev/urandom of=after.raw bs=4096 seek=$((first / 8 + 1)) count=4 conv=notrunc status=none
if e2fsck -fn "after.raw?offset=$((first * 512))" > /dev/null 2>&1; then fail "e2fsck is content with damage"; fi
mig fsck | tail -n 1
echo "passed"
