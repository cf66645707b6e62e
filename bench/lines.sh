#!/usr/bin/env bash
# lines.sh [--rtt MS] [--mbit N] FIRST [TABLE]: what transfers cost over a long line. Disk FIRST, and the same with fifty files changed, travel by mig over HTTP and ssh, by rsync over ssh and by restic
# over sftp, and as many refs by git over ssh; all through bench/lines.py's line of 100 ms and 50 Mbit/s unless said otherwise. A partial clone is worked in. Prints operation, tool, turns, bytes and
# seconds; TABLE gets them as Markdown. A turn is a time that the line waits for an answer. Needs root (a sshd of its own on loopback, a mount), mig on the path, 3 GiB in TMPDIR.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
for tool in mig restic rsync git ssh sshd python3; do
  command -v $tool >/dev/null || PATH=$PATH:/usr/sbin command -v $tool >/dev/null || { echo "$tool is missing" >&2; exit 2; }
done
exec python3 "$here/lines.py" "$@"
