#!/bin/sh
# Gives damaged input to every parser: eng/fuzz.sh [SECONDS [SEED [TARGET]]]. Ends with 1 at the first finding, and keeps its input here.
set -eu
cd "$(dirname "$0")/.."
# More than this is a finding, too.
DOTNET_GCHeapHardLimit=0x60000000
export DOTNET_GCHeapHardLimit
exec dotnet run --project fuzz/Mig.Fuzz --configuration Release -- "$@"
