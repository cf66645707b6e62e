#!/bin/sh
# Kills the program at every step of a commit and an export, at many random moments, and on either side of a push and a fetch; then stops collections and their neighbours at every step, and changes every byte of a repository. eng/crash.sh [KILLS]; needs root, strace, qemu-img, e2fsprogs.
set -eu
cd "$(dirname "$0")/.."
MIG_TEST_KILLS="${1:-250}"
MIG_TEST_DAMAGE=1
export MIG_TEST_KILLS MIG_TEST_DAMAGE
exec dotnet run --project tests/Mig.Tests --configuration Release -- -class 'Mig.Tests.Crashes.*' -class Mig.Tests.Exchange.Transfers.KillTests -class Mig.Tests.Care.Maintenance.GcInterleavingTests -class Mig.Tests.Damages.RepositoryDamageTests -class Mig.Tests.Exchange.Remotes.GitAgreementTests -class Mig.Tests.Versions.Histories.HistoryQuestionTests -showLiveOutput
