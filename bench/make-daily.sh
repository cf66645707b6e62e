#!/usr/bin/env bash
# make-daily.sh DIR N: DIR/daily/day-1.img … day-N.img from DIR/trimmed/ide.img, like daily builds of a development machine. Each day starts from the disk
# of the day before: a third of the jars is rebuilt (new time stamps, one member changed), some shared libraries are relinked (a new build id and a few
# changed bytes), 300 small files change, logs grow, old ones go. Needs root and python3.
set -euo pipefail
if [ $# -ne 2 ]; then
  echo "usage: make-daily.sh DIR N" >&2
  exit 2
fi
dir=$(cd "$1" && pwd) days=$2
previous=$dir/trimmed/ide.img
mkdir -p "$dir/daily"
loop='' mount=$(mktemp -d)
cleanup() {
  umount "$mount" 2>/dev/null || true
  [ -z "$loop" ] || losetup -d "$loop" 2>/dev/null || true
  rmdir "$mount" 2>/dev/null || true
}
trap cleanup EXIT

for day in $(seq 1 "$days"); do
  image=$dir/daily/day-$day.img
  if [ ! -f "$image.done" ]; then
    cp --sparse=always "$previous" "$image"
    loop=$(losetup -f --show -o 1048576 "$image")
    mount "$loop" "$mount"
    python3 - "$mount" "$day" <<'PY'
import os, random, shutil, sys, time, zipfile

root, day = sys.argv[1], int(sys.argv[2])
rnd = random.Random(day)
stamp = time.gmtime(1700000000 + day * 86400)[:6]


def files(top, wanted):
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names
                  if wanted(name) and not os.path.islink(os.path.join(folder, name)))


for jar in files(root + '/usr/share', lambda name: name.endswith('.jar')):
    if rnd.random() > 0.33:
        continue
    new = jar + '.new'
    try:
        with zipfile.ZipFile(jar) as old, zipfile.ZipFile(new, 'w', zipfile.ZIP_DEFLATED) as out:
            names = [item.filename for item in old.infolist() if not item.is_dir()]
            changed = rnd.choice(names) if names else None
            for item in old.infolist():
                data = old.read(item)
                item.date_time = stamp
                out.writestr(item, data + (b'\n# %d' % day if item.filename == changed else b''))
        os.replace(new, jar)
    except Exception:
        if os.path.exists(new):
            os.remove(new)

for library in files(root + '/usr/lib', lambda name: '.so' in name):
    if rnd.random() > 0.05 or os.path.getsize(library) < 65536:
        continue
    data = bytearray(open(library, 'rb').read())
    data[0x300:0x314] = rnd.randbytes(20)
    for _ in range(8):
        at = rnd.randrange(4096, len(data) - 64)
        data[at:at + 16] = rnd.randbytes(16)
    open(library + '.new', 'wb').write(data)
    shutil.copystat(library, library + '.new')
    os.replace(library + '.new', library)

small = [path for path in files(root + '/usr/share/doc', lambda name: True) if os.path.getsize(path) < 20000]
for path in rnd.sample(small, min(300, len(small))):
    open(path, 'ab').write(b'day %d\n' % day)
logs = root + '/var/log/build'
os.makedirs(logs, exist_ok=True)
open(logs + '/%03d.log' % day, 'wb').write(b''.join(b'%d build step %d %d\n' % (day, i, rnd.random() * 1e9) for i in range(200000)))
if os.path.exists(logs + '/%03d.log' % (day - 3)):
    os.remove(logs + '/%03d.log' % (day - 3))
PY
    umount "$mount"
    losetup -d "$loop"
    loop=''
    touch "$image.done"
  fi
  previous=$image
done
du -m "$dir"/daily/*.img
