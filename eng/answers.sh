#!/usr/bin/env bash
# answers.sh [--against OTHER] DISK...: brute force for answers. Commits each disk, mounts its ext volumes read-only beside it, and compares what mig says with what others do: ls with lstat and
# sha256sum of every file, search with find, grep with grep, inventory with dpkg-query and passwd, verify-packages with dpkg --verify; then changes a copy of the disk in every way, commits
# that, and compares diff with the two walks. The last line sums up; ends with 0 only when every answer is the same.
# --against OTHER mounts another disk in place of the one that was committed, so that nearly everything must be wrong: the control.
# Needs root, and room for a copy of each disk in TMPDIR. On the corpus: eng/answers.sh /path/to/disks/*.img
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/tools.sh
if [ $# = 0 ]; then
  sed -n '2,6s/^# //p' eng/answers.sh >&2
  exit 2
fi
need python3=python3 mount=mount grep=grep dpkg-query=dpkg
export MIG=${MIG:-$PWD/artifacts/bin/Mig.Cli/release/Mig.Cli}
[ -x "$MIG" ] || dotnet build src/Mig.Cli -c Release -nologo -v quiet -clp:NoSummary
exec python3 eng/answers.py "$@"
