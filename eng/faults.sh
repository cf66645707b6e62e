#!/bin/sh
# Makes a write, a sync, a rename or a read of a repository fail at every step of every command, with every error; then fills file systems. Takes half an hour; needs root, strace, e2fsprogs, openssh.
set -eu
cd "$(dirname "$0")/.."
MIG_TEST_FAULTS=all
export MIG_TEST_FAULTS
exec dotnet run --project tests/Mig.Tests --configuration Release -- -class Mig.Tests.Crashes.FaultTests -class Mig.Tests.Crashes.FullRemoteTests -class Mig.Tests.Care.Maintenance.GcFullDiskTests -showLiveOutput
