#!/usr/bin/env bash
# api.sh: writes what is public now into src/*/PublicAPI.Unshipped.txt, which the build compares with the code. Run it after a change of the surface, and read the difference.
# What PublicAPI.Shipped.txt lists stays there; at a release the lines of the one move to the other. A new project takes part once it has both files.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for list in src/*/PublicAPI.Unshipped.txt; do
  project=$(basename "$(dirname "$list")")
  echo "#nullable enable" >"$list"
  # Each public symbol is a warning now; the log has it in the words of the list.
  if ! dotnet build "src/$project/$project.csproj" -c Release -nologo -v quiet -clp:NoSummary "-p:MigApiLog=$work" >"$work/log"; then
    cat "$work/log"
    exit 1
  fi

  python3 - "$work/$project.sarif" >>"$list" <<'PYTHON'
import json, sys
names = set()
for run in json.load(open(sys.argv[1], encoding="utf-8-sig"))["runs"]:
    for result in run["results"]:
        if result["ruleId"] == "RS0016":
            names.add(result["properties"]["customProperties"]["APIName"])
print("\n".join(sorted(names)))
PYTHON
  echo "$list: $(($(wc -l <"$list") - 1)) lines"
done
