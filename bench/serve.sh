#!/usr/bin/env bash
# serve.sh [--clones N] [--tls] [--times N] DISK|REPOSITORY: N clones at once (20 unless given) from one `mig serve`, and what memory that took: the peak, and what is left
# when all is quiet. It prints one line a round: round, seconds, peak and rest of the server in MiB (VmHWM, VmRSS), and of that what is its own (RssAnon). mig is on the path.
set -euo pipefail
clones=20 times=2 tls=0
while [ $# -gt 1 ]; do
  case $1 in
    --clones) clones=$2; shift ;;
    --times) times=$2; shift ;;
    --tls) tls=1 ;;
    *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
source=${1:?a disk, or a repository}
work=$(mktemp -d)
server=''
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
export MIG_AUTHOR_NAME=Bench MIG_AUTHOR_EMAIL=bench@example.org MIG_COMMITTER_NAME=Bench MIG_COMMITTER_EMAIL=bench@example.org

if [ -d "$source" ]; then
  there=$source
else
  there=$work/there
  mig init -q --bare "$there"
  mig --repo "$there" commit -q "$source" -m disk
fi
arguments=() trust=()
if [ $tls = 1 ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
  arguments=(--tls-cert "$work/cert.pem" --tls-key "$work/key.pem") trust=(-c "http.sslCAInfo=$work/cert.pem")
fi
mig serve --listen 127.0.0.1:0 --max-rate 0 "${arguments[@]}" "$there" >"$work/log" 2>&1 &
server=$!
until grep -qs listening "$work/log"; do sleep 0.1; done
url=$(sed -n 's|^listening on ||p' "$work/log" | head -n 1)

mib() { awk -v name="$1:" '$1 == name { print int($2 / 1024 + 0.5) }' "/proc/$server/status"; }
printf 'round\tseconds\tpeak\trest\town\n'
for round in $(seq "$times"); do
  began=$(date +%s.%N)
  clients=()
  for i in $(seq "$clones"); do
    mig "${trust[@]}" clone -q --bare "$url" "$work/clone$i" &
    clients+=($!)
  done
  wait "${clients[@]}"
  seconds=$(echo "$(date +%s.%N) $began" | awk '{ printf "%.1f", $1 - $2 }')
  rm -rf "$work"/clone*
  sleep 5
  printf '%s\t%s\t%s\t%s\t%s\n' "$round" "$seconds" "$(mib VmHWM)" "$(mib VmRSS)" "$(mib RssAnon)"
done
