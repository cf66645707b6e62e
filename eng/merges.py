"""merges.py [--cache FOLDER] [--control] [IMAGE] [PATTERN...]: see merges.sh, which starts it."""
import argparse
import contextlib
import fnmatch
import functools
import glob
import hashlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile

import merges_packages
from judges import MIG, mig, run
from merges_damage import damage
from merges_look import compare, look, mounted
from merges_table import BASE, CLASH, CONFLICT, DEBIAN, DEBIAN_BASE, DEBIAN_PAIRS, EQUAL, PAIRS

LARGEST_SHOWN = 12
SIZE = 1 << 30
PLACE = "/mnt"  # where a machine sees the packages
SETTINGS = "export DEBIAN_FRONTEND=noninteractive SUDO_FORCE_REMOVE=yes LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root; "
# In the machine, and leaving nothing in it: devices, processes, and the packages at PLACE.
INSIDE = 'mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount -t tmpfs none "$0/run" && mount -t tmpfs none "$0/tmp" && mount --bind "$1" "$0/mnt" && exec chroot "$0" /bin/sh -e -c "$2"'


class StepError(Exception):
    """A step of a change cannot be done."""


class Bench:
    """The machine that all begins with, and copies of it."""

    def __init__(self, image, cache, work):
        self.cache, self.work = cache, work
        self.packages = os.path.join(cache, "packages")
        os.makedirs(self.packages, exist_ok=True)
        merges_packages.build_all(self.packages)
        self.debian = self.fetch()
        self.repository, self.base = os.path.join(work, "repository"), os.path.join(work, "base.raw")
        source = image or self.make_debian()
        self.offset = offset_of(source)
        self.begin(source)
        must(run(MIG, "init", "-q", "--bare", self.repository))
        must(mig(self.repository, "commit", "-q", "--discard-free", self.base, "-m", "base"))
        must(mig(self.repository, "branch", "base"))
        self.branches = {}

    def make_debian(self):
        """A small Debian on one ext4, made once."""
        image = os.path.join(self.cache, "debian.raw")
        if not os.path.exists(image):
            print("making a small Debian …", flush=True)
            tree = tempfile.mkdtemp(dir=self.work)
            must(run("mmdebstrap", "--mode=root", "--variant=minbase", "--include=systemd,systemd-sysv,init,passwd,adduser,libcap2-bin,perl,debconf,e2fsprogs", "bookworm", tree, timeout=3600))
            must(run("truncate", "-s", str(SIZE), image + ".new"))
            must(run("mkfs.ext4", "-q", "-d", tree, image + ".new", timeout=600))
            os.rename(image + ".new", image)
            shutil.rmtree(tree)
        return image

    def begin(self, source):
        """Does BASE to a copy of the Debian; the cache keeps what came out."""
        steps = BASE + (DEBIAN_BASE if self.debian else [])
        status = os.stat(source)
        made = hashlib.sha256(repr((steps, merges_packages.all_packages(), status.st_size, status.st_mtime_ns)).encode()).hexdigest()[:16]
        kept = os.path.join(self.cache, f"base-{made}.raw")
        if not os.path.exists(kept):
            must(run("cp", "--sparse=always", source, kept + ".new", timeout=600))
            self.change(kept + ".new", steps)
            with mounted(kept + ".new", self.offset, "rw") as folder:
                run("fstrim", folder)
            os.rename(kept + ".new", kept)
        must(run("cp", "--sparse=always", kept, self.base, timeout=600))

    def fetch(self):
        """Packages of Debian, oldest version first; none where they cannot be had."""
        found = {}
        for name, wanted in DEBIAN.items():
            there = glob.glob(os.path.join(self.packages, f"debian-{name}-*.deb"))
            if not there:
                _, output, _ = run("apt-cache", "madison", name)
                versions = list(dict.fromkeys(line.split("|")[1].strip() for line in output.decode().splitlines() if line.count("|") == 2))
                versions.sort(key=lambda version: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", version)])
                if len(versions) < len(wanted):
                    return {}
                for number, at in enumerate(wanted):
                    folder = tempfile.mkdtemp(dir=self.work)
                    run("apt-get", "download", "-q", f"{name}={versions[at]}", cwd=folder, timeout=300)
                    for archive in glob.glob(os.path.join(folder, "*.deb")):
                        there.append(os.path.join(self.packages, f"debian-{name}-{number}.deb"))
                        shutil.move(archive, there[-1])
            if len(there) < len(wanted):
                return {}
            found[name] = sorted(there)
        return found

    def command(self, step):
        if step.startswith("+"):
            archives = []
            for wanted in step.split():
                name, version = wanted[1:].split("_", 1)
                if name in self.debian:
                    archives.append(f"--force-depends {PLACE}/" + os.path.basename(self.debian[name][int(version)]))
                else:
                    matches = glob.glob(os.path.join(self.packages, f"{name}_{version}.deb")) or glob.glob(os.path.join(self.packages, f"{name}_{version}_*.deb"))
                    archives.append(f"{PLACE}/" + os.path.basename(matches[0]))
            return f"dpkg --force-confold -i {' '.join(archives)} >/tmp/out 2>&1 || {{ cat /tmp/out; false; }}"
        if step.startswith("-"):
            return f"dpkg {'-P' if step.startswith('--') else '-r'} {step.lstrip('-')} >/tmp/out 2>&1 || {{ cat /tmp/out; false; }}"
        return step

    def change(self, disk, steps):
        with mounted(disk, self.offset, "rw") as folder:
            for step in steps:
                code, output, errors = run("unshare", "-m", "sh", "-c", INSIDE, folder, self.packages, SETTINGS + self.command(step), timeout=600)
                if code != 0:
                    raise StepError(f"a step failed: {step}\n{(output + errors).decode(errors='replace')}")

    @contextlib.contextmanager
    def machine(self, *changes):
        """The machine on which changes were done, one after the other. The first is committed on the way, as a branch, when it is not yet."""
        disk = os.path.join(self.work, "hand.raw")
        must(run("cp", "--sparse=always", "--reflink=auto", self.base, disk, timeout=600))
        try:
            for change in changes:
                self.change(disk, change)
                if change is changes[0] and tuple(change) not in self.branches:
                    branch = f"change{len(self.branches)}"
                    must(mig(self.repository, "checkout", "-q", "-b", branch, "base"))
                    must(mig(self.repository, "commit", "-q", "--quick", "--discard-free", disk, "-m", "; ".join(change)))
                    self.branches[tuple(change)] = branch
            yield disk
        finally:
            os.remove(disk)

    def hand(self, *changes):
        """What the machine is on which changes were done."""
        with self.machine(*changes) as disk:
            return look(disk, self.offset)

    def merge(self, ours, theirs, *options):
        """Merges; returns the exit code and what was printed."""
        must(mig(self.repository, "checkout", "-q", "-B", "work", self.branches[tuple(ours)]))
        code, output, errors = mig(self.repository, "merge", "-q", *options, self.branches[tuple(theirs)])
        return code, (output + errors).decode(errors="replace")

    def export(self):
        disk = os.path.join(self.work, "merged.raw")
        must(mig(self.repository, "checkout", "HEAD", "--export", disk, "--force"))
        return disk


class Judge:
    def __init__(self, bench, damage):
        self.bench, self.damage = bench, damage
        self.pairs = self.equal = self.conflicts = self.wrong = self.damaged = 0

    def judge(self, pair):
        name, a, b, expected, *resolved = pair
        by_ours, by_theirs = resolved or (None, None)
        self.pairs += 1
        # Of the two orders, the second is done only where the first one differs.
        orders = [(a, b), (b, a)]
        hands = [functools.cache(lambda order=order: self.bench.hand(*order)) for order in orders]
        for change in (a, b):
            if tuple(change) not in self.bench.branches:
                with self.bench.machine(change):
                    pass
        for here, there, ours, theirs, way in ((a, b, by_ours, by_theirs, "→"), (b, a, by_theirs, by_ours, "←")):
            title = f"{name} {way}"
            code, text = self.bench.merge(here, there)
            if code == 0:
                if expected != EQUAL:
                    self.say_wrong(title, [f"merged, where a {expected} was expected"])
                elif self.check(title, hands, text):
                    self.equal += 1
            elif code == 3:
                self.conflicts += 1
                if expected == EQUAL:
                    self.say_wrong(title, ["a conflict, where none was expected: " + text])
                    continue
                right = True
                for side, steps in (("ours", ours), ("theirs", theirs)):
                    code, text = self.bench.merge(here, there, "-X", side)
                    if expected == CLASH:
                        if code != 3:
                            right = self.say_wrong(f"{title} -X {side}", [f"a side decided a clash: {code} {text}"])
                    elif code != 0:
                        right = self.say_wrong(f"{title} -X {side}", [f"ended with {code}: {text}"])
                    else:
                        right &= self.check(f"{title} -X {side}", [lambda: self.bench.hand(steps)] if steps is not None else [], text)
            else:
                self.say_wrong(title, [f"ended with {code}: {text}"])

    def check(self, title, hands, text):
        """Compares the merged machine with each that was made by hand; it must be one of them. Without any, it must agree with itself."""
        disk = self.bench.export()
        if self.damage is not None:
            self.damaged += 1
            self.damage(self.damaged, disk, self.bench.offset)
        merged = look(disk, self.bench.offset)
        problems = merged.own_problems()
        differences, impossible = None, []
        for hand in hands:
            try:
                found = compare(merged, hand())
            except StepError as error:
                # In one order a change may forbid the other: what is immutable cannot be edited.
                impossible.append(str(error))
                continue
            differences = found if differences is None or len(found) < len(differences) else differences
            if not found:
                break
        differences = impossible if differences is None else differences
        if not problems and not differences:
            print(f"  right  {title}", flush=True)
            return True
        return self.say_wrong(title, problems + differences + [f"mig said: {line}" for line in text.splitlines()[:LARGEST_SHOWN]])

    def say_wrong(self, title, reasons):
        self.wrong += 1
        print(f"  WRONG  {title}", flush=True)
        for reason in reasons[:LARGEST_SHOWN]:
            print(f"         {reason}")
        if len(reasons) > LARGEST_SHOWN:
            print(f"         and {len(reasons) - LARGEST_SHOWN} more")
        return False


def offset_of(disk):
    """Where the file system begins: that of the largest partition; at 0 without a table."""
    code, output, _ = run("sfdisk", "-J", disk)
    table = json.loads(output)["partitiontable"] if code == 0 else {"partitions": []}
    return max(table["partitions"], key=lambda part: part["size"])["start"] * table.get("sectorsize", 512) if table["partitions"] else 0


def must(result):
    code, output, errors = result
    if code != 0:
        raise SystemExit(f"a command ended with {code}: {(output + errors).decode(errors='replace')}")
    return output


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cache")
    arguments.add_argument("--control", action="store_true")
    arguments.add_argument("rest", nargs="*")
    given = arguments.parse_intermixed_args()
    image = given.rest.pop(0) if given.rest and os.path.isfile(given.rest[0]) else None
    work = tempfile.mkdtemp(prefix="mig-merges-")
    try:
        bench = Bench(image, given.cache or os.path.join(work, "cache"), work)
        pairs = PAIRS + (DEBIAN_PAIRS if bench.debian else [])
        if not bench.debian:
            print(f"left out, since Debian's packages cannot be had here: {len(DEBIAN_PAIRS)} pairs")
        judge = Judge(bench, damage if given.control else None)
        for pair in pairs:
            if not given.rest or any(fnmatch.fnmatchcase(pair[0], pattern) for pattern in given.rest):
                judge.judge(pair)
        print(f"{judge.pairs} pairs, {judge.equal} equal, {judge.conflicts} conflicts, {judge.wrong} wrong")
        if given.control:
            print(f"control: {judge.damaged} results were damaged, {judge.wrong} found")
            return 0 if judge.wrong == judge.damaged else 1
        return 1 if judge.wrong else 0
    finally:
        shutil.rmtree(work)


sys.exit(main())
