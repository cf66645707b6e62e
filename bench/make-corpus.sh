#!/usr/bin/env bash
# make-corpus.sh DIR [min base wiki gui ide]: five Debian images of the kinds that the evaluation of Mirage used (VEE 2008), built afresh: 6.5 GB of files,
# 1 to 2 minutes each, 9 GB on disk. "min base" is enough for a quick look (1.1 GB of files). What is there already stays.
set -euo pipefail
if [ $# -lt 1 ]; then
  echo "usage: make-corpus.sh DIR [min base wiki gui ide]" >&2
  exit 2
fi
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- min base wiki gui ide
make=$(cd "$(dirname "$0")" && pwd)/make-image.sh
min=systemd-sysv,linux-image-cloud-amd64,initramfs-tools,ifupdown
base=$min,openssh-server,sudo,vim,less,curl

for name in "$@"; do
  case $name in
    min) "$make" "$dir" min 1G minbase "$min" ;;
    base) "$make" "$dir" base 2G standard "$base" ;;
    wiki) "$make" "$dir" wiki 4G standard "$base,mediawiki,mariadb-server,apache2,libapache2-mod-php" ;;
    gui) "$make" "$dir" gui 8G standard "$base,gnome-core" ;;
    ide) "$make" "$dir" ide 8G standard "$base,default-jdk,qtcreator,build-essential,git,cmake,gdb,maven" ;;
    *) echo "there is no image '$name': min base wiki gui ide" >&2; exit 2 ;;
  esac
done
