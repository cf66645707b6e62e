#!/usr/bin/env bash
# graph.sh [--no-build]: writes docs/architecture.svg, which shows the projects and the wings of Mig with an arrow for each reference that the compiler wrote down.
# Prints the same as text: what each project refers to, and each wing, with the number of pairs of types.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
  "") dotnet build tests/Mig.Architecture.Tests -c Release -nologo -v quiet -clp:NoSummary ;;
  --no-build) ;;
  *) echo "usage: eng/graph.sh [--no-build]" >&2; exit 2 ;;
esac

DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
export DOTNET_ROOT
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
if ! MIG_UPDATE_DOCS=1 MIG_GRAPH_TEXT=$results/text artifacts/bin/Mig.Architecture.Tests/release/Mig.Architecture.Tests \
  -noLogo -noColor -class Mig.Architecture.Tests.Graphs.GraphTests >"$results/log" 2>&1; then
  cat "$results/log" >&2
  exit 1
fi
cat "$results/text"
