"""The control of merges.py: damages a merged disk, every time in another way. Each must be found."""
from judges import run
from merges_look import mounted

WAYS = [
    "awk -v RS= -v ORS='\\n\\n' '!/^Package: beta\\n/' var/lib/dpkg/status > x; cat x > var/lib/dpkg/status; rm x",
    "printf x >> usr/lib/beta/file1",
    "chmod 600 usr/lib/beta/file1",
    "chown 7:7 usr/lib/beta/file1",
    "cp srv/links/d x; mv x srv/links/e",
    "setfattr -n user.damage -v x usr/lib/beta/file1",
    "sed -i '/^games:/d' etc/passwd",
    "rm var/lib/dpkg/info/beta.list",
    "ln -sf nowhere srv/damage",
    "sed -i 's/^Version: 1.0$/Version: 1.0.1/' var/lib/dpkg/status",
    "ln -sf /dev/null etc/systemd/system/damage.service",
    "mkdir srv/damage",
    "chattr +a srv/text",
]


def damage(number, disk, offset):
    way = number % (len(WAYS) + 1)
    if way == len(WAYS):
        code, _, errors = run("debugfs", "-w", "-R", "clri /srv/text", f"{disk}?offset={offset}")
        if code != 0:
            raise SystemExit(errors.decode())
        return
    with mounted(disk, offset, "rw") as folder:
        code, output, errors = run("sh", "-ec", WAYS[way], cwd=folder)
        if code != 0:
            raise SystemExit(f"a machine could not be damaged: {WAYS[way]}\n{(output + errors).decode()}")
