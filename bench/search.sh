#!/usr/bin/env bash
# search.sh REPOSITORY WORK: times mig search over a copy of a repository (without its catalogue) in the folder WORK, then with ten thousand synthetic versions in it, and prints a table.
# mig is on the path. The searches run five times each; the median counts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$1 work=$2
export LC_ALL=C
mkdir -p "$work"
rm -rf "$work/search"
cp -a "$repository" "$work/search"
cd "$work/search"
rm -f .mig/catalog.db

for revision in $(mig log --json | sed -n 's/^{"id":"\([0-9a-f]*\)".*/\1/p'); do
  mig ls -R --json "$revision:/" | grep -o '"sha256":"[0-9a-f]*"' | cut -d '"' -f 4
done | sort -u >"$work/all.sums"
shuf -n 1000 --random-source=<(yes) "$work/all.sums" >"$work/sums"

seconds() { # COMMAND...: the median of five, after one that does not count
  local times=()
  "$@" >/dev/null || true
  for _ in 1 2 3 4 5; do
    local start=$EPOCHREALTIME
    "$@" >/dev/null || true
    times+=("$(awk "BEGIN { print $EPOCHREALTIME - $start }")")
  done
  printf '%s\n' "${times[@]}" | sort -n | sed -n 3p
}

row() { # WHAT COMMAND...
  local what=$1
  shift
  printf '| %s | %.2f |\n' "$what" "$(seconds "$@")"
}

table() { # VERSIONS
  local start=$EPOCHREALTIME
  mig search --name none --all-history >/dev/null || true
  printf '\n%s versions:\n\n| | seconds |\n|---|---:|\n' "$1"
  printf '| first search: what is new is taken in | %.2f |\n' "$(awk "BEGIN { print $EPOCHREALTIME - $start }")"
  row "1,000 checksums, all versions" mig search --sha256-file "$work/sums" --all-history
  row "one checksum, all versions" mig search --sha256 "$(head -n 1 "$work/sums")" --all-history
  row "a name, all versions" mig search --name hostname --all-history
  row "setuid programs, refs only" mig search --mode setuid --type f
  printf '\nThe catalogue has %.1f MiB, the repository %.1f MiB.\n' "$(awk "BEGIN { print $(stat -c %s .mig/catalog.db) / 1048576 }")" "$(awk "BEGIN { print $(du -sb .mig | cut -f 1) / 1048576 }")"
}

table "$(mig log --all --json | grep -c '^{')"
dotnet run --project "$here/Mig.Synthetic" --configuration Release -- .mig 10000 10 >/dev/null
table "$(mig log --all --json | grep -c '^{')"
cd /
rm -rf "$work/search"
