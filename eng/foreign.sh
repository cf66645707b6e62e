#!/usr/bin/env bash
# foreign.sh FOLDER [--mount] [PATTERN...]: looks at images that others made (test sets of e2fsprogs, util-linux, dfvfs, sleuthkit, dfir_ntfs and the like, which contributors keep outside of
# the repository; nothing is fetched), gz, xz and bz2 unpacked, or those whose path in FOLDER matches a PATTERN. Each is committed and exported, and must be exact, or refused by name. Each volume
# is listed by mig and by who knows its file system best: debugfs, mtools, ntfs-3g, fls where sleuthkit is installed, and with --mount the kernel. Each difference is a row:
# explained, by what mig says of it, by the kernel, or by a rule in foreign.py that asks the volume itself, or UNEXPLAINED. The last line sums up; ends with 0 only when no row is unexplained.
# Needs root for ntfs-3g and --mount. A wicked image can bring a kernel down: use --mount where that hurts nobody.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/tools.sh
if [ $# = 0 ] || [ ! -d "$1" ]; then
  sed -n '2,6s/^# //p' eng/foreign.sh >&2
  exit 2
fi
need python3=python3 qemu-img=qemu-utils debugfs=e2fsprogs blkid=util-linux mcopy=mtools ntfs-3g=ntfs-3g
export MIG=${MIG:-$PWD/artifacts/bin/Mig.Cli/release/Mig.Cli}
[ -x "$MIG" ] || dotnet build src/Mig.Cli -c Release -nologo -v quiet -clp:NoSummary
exec python3 eng/foreign.py "$@"
