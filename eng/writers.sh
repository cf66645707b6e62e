#!/bin/sh
# writers.sh [SECONDS [SEED [STEPS]]]: random operations through the ext4 writer on every kind of file system, judged by e2fsck after each, by a model, and by the kernel.
# Needs root, e2fsprogs, attr and acl, and tests that are built. A failure names its variant and seed; MIG_WRITERS_VARIANT=N MIG_WRITERS_STEPS=M eng/writers.sh 0 SEED runs just that again.
set -eu
cd "$(dirname "$0")/.."
MIG_WRITERS_SECONDS=${1:-600} MIG_WRITERS_SEED=${2:-1} MIG_WRITERS_STEPS=${3:-80}
export MIG_WRITERS_SECONDS MIG_WRITERS_SEED MIG_WRITERS_STEPS
exec artifacts/bin/Mig.FileSystems.Tests/release/Mig.FileSystems.Tests -noLogo -noColor -diagnostics -method '*.ExtWriterRandomTests.ALongRunFindsNothing'
