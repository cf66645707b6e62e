#!/usr/bin/env bash
# refs.sh WORK [COUNT…]: what each operation on refs takes in repositories with so many branches (10,000 and 100,000), in seconds from start to exit, as a table.
# Half of the branches are on one commit, half on another; each tenth has a tag. mig is on the path. Nothing but WORK/refs is written, and that goes at the end.
set -euo pipefail
work=$1
shift
[ $# -gt 0 ] || set -- 10000 100000
export MIG_AUTHOR_NAME=Bench MIG_AUTHOR_EMAIL=bench@example.org MIG_COMMITTER_NAME=Bench MIG_COMMITTER_EMAIL=bench@example.org
folder=$work/refs
rm -rf "$folder"
mkdir -p "$folder"
server=''
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$folder"' EXIT
head -c 1000000 /dev/urandom >"$folder/disk"

# took OPERATION COMMAND…: notes what a command takes; one that fails ends the run.
took() {
  local name=$1
  shift
  if ! /usr/bin/time -q -o "$folder/time" -f %e "$@" >"$folder/out" 2>"$folder/err"; then
    echo "$name failed: $*" >&2
    cat "$folder/err" >&2
    exit 1
  fi
  printf '%s\t%s\n' "$name" "$(cat "$folder/time")" >>"$folder/$count.tsv"
  echo "$count: $name: $(cat "$folder/time") s" >&2
}

# branches REPOSITORY NAME COUNT: makes branches and tags, as files.
branches() {
  mkdir -p "$1/refs/heads/$2"
  awk -v folder="$1/refs/heads/$2" -v tags="$1/refs/tags" -v n="$3" -v a="$first" -v b="$second" 'BEGIN {
    for (i = 0; i < n; i++) {
      file = folder "/" i; print i % 2 ? a : b >file; close(file)
      if (i % 10 == 0) { file = tags "/" "'"$2"'" i; print a >file; close(file) }
    }
  }'
}

for count in "$@"; do
  cd "$folder"
  rm -rf there clone
  mig init --bare there >/dev/null
  there=$folder/there
  mig --repo there commit -q disk -m one
  first=$(mig --repo there rev-parse HEAD)
  printf x >>disk
  mig --repo there commit -q disk -m two
  second=$(mig --repo there rev-parse HEAD)
  branches "$there" few $((count / 5))
  mig serve --listen 127.0.0.1:8331 --max-rate 0 there 2>serve.log &
  server=$!
  for _ in $(seq 100); do ! grep -q listening serve.log || break; sleep 0.1; done
  mig --repo there config receive.maxRefs 1000000
  mig=(mig -c transfer.maxRefs=1000000)
  took "clone of a fifth" "${mig[@]}" clone -q http://127.0.0.1:8331/ clone
  branches "$there" more $((count * 4 / 5))
  took "fetch of the other four fifths" "${mig[@]}" -C clone fetch -q
  took "fetch of nothing" "${mig[@]}" -C clone fetch -q
  took "push of a new branch" "${mig[@]}" -C clone push -q origin main:refs/heads/pushed
  took "list, each branch a file" mig --repo there branch
  took "gc that packs" mig --repo there gc
  took "gc" mig --repo there gc
  took "branch" mig --repo there branch
  took "branch --json" mig --repo there branch --json
  took "tag" mig --repo there tag
  took "log" mig --repo there log
  took "log --all" mig --repo there log --all
  took "status" mig -C clone status
  took "rev-parse of a branch" mig --repo there rev-parse few/7
  took "rev-parse of an abbreviated id" mig --repo there rev-parse "${first:0:10}"
  took "new branch" mig --repo there branch new main
  took "delete a packed branch" mig --repo there branch -D few/9
  took "rename a packed branch" mig --repo there branch -m few/11 few/11/deep
  took "fsck --quick" mig --repo there fsck --quick
  took "ls-remote of one" "${mig[@]}" ls-remote http://127.0.0.1:8331/ main
  mig --repo there branch -D few/13 few/15 few/17 >/dev/null
  took "fetch --prune" "${mig[@]}" -C clone fetch -q --prune
  took "remote rename" mig -C clone remote rename origin upstream
  took "remote remove" mig -C clone remote remove upstream
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=''
done

{
  printf '| operation |'
  printf ' %s |' "$@"
  printf '\n|---|'
  printf -- '---:|%.0s' "$@"
  printf '\n'
  cut -f 1 "$folder/$1.tsv" | while read -r name; do
    printf '| %s |' "$name"
    for count in "$@"; do
      printf ' %s |' "$(awk -F '\t' -v name="$name" '$1 == name { print $2; exit }' "$folder/$count.tsv")"
    done
    printf '\n'
  done
}
