#!/bin/sh
# writers.sh [SECONDS [SEED [STEPS [ext|fat]]]]: random operations through a writer on every kind of file system, judged after each by e2fsck or fsck.fat, by a model, and every 20 by
# the kernel or mtools. Without a name both run, SECONDS each. Needs root, e2fsprogs, attr, acl, dosfstools and mtools, and tests that are built.
# A failure names its variant and seed; MIG_WRITERS_VARIANT=N eng/writers.sh 0 SEED M NAME runs just that again.
set -eu
cd "$(dirname "$0")/.."
MIG_WRITERS_SECONDS=${1:-600} MIG_WRITERS_SEED=${2:-1} MIG_WRITERS_STEPS=${3:-80}
export MIG_WRITERS_SECONDS MIG_WRITERS_SEED MIG_WRITERS_STEPS
case ${4:-} in
  ext) names=Ext ;;
  fat) names=Fat ;;
  "") names="Ext Fat" ;;
  *) echo "usage: eng/writers.sh [SECONDS [SEED [STEPS [ext|fat]]]]" >&2; exit 2 ;;
esac
for name in $names; do
  artifacts/bin/Mig.FileSystems.Tests/release/Mig.FileSystems.Tests -noLogo -noColor -diagnostics -method "*.${name}WriterRandomTests.ALongRunFindsNothing"
done
