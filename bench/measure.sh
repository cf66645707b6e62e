# measure.sh: for the other scripts to source. Needs $work, a folder for scratch files, and $results, a TSV file that gets
#   step, tool, seconds, CPU seconds, peak memory in MiB, bytes of the repository afterwards, the round ($MIG_BENCH_ROUND)
# shellcheck shell=bash

# warm FILE-OR-FOLDER...: reads everything once, so that each tool finds its input in the page cache, and lets earlier writes finish.
warm() {
  sync
  find "$@" -type f -exec cat {} + >/dev/null
}

# measure STEP TOOL REPOSITORY COMMAND...: runs a command and notes what it took. REPOSITORY is - where there is none.
measure() {
  local step=$1 tool=$2 repository=$3 seconds user system memory bytes=0
  shift 3
  if ! /usr/bin/time -q -o "$work/time" -f '%e %U %S %M' "$@" >"$work/log" 2>&1; then
    echo "$tool failed at '$step': $*" >&2
    cat "$work/log" >&2
    return 1
  fi
  read -r seconds user system memory <"$work/time"
  [ "$repository" = - ] || bytes=$(du -sb "$repository" | cut -f 1)
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$step" "$tool" "$seconds" "$(awk "BEGIN { print $user + $system }")" "$((memory / 1024))" "$bytes" "${MIG_BENCH_ROUND:-1}" >>"$results"
  echo "  $step, $tool: $seconds s"
}

# same A B: stops the run when what came out is not what went in.
same() {
  if ! cmp "$1" "$2"; then
    echo "what came out differs from what went in" >&2
    return 1
  fi
}
