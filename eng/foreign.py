"""foreign.py FOLDER [PATTERN...]: see foreign.sh, which starts it."""
import bz2
import concurrent.futures
import fnmatch
import gzip
import json
import lzma
import os
import re
import shutil
import sys
import tempfile

from judges import MIG, folder_files, hash_file, mig, mig_files, run, show

# What of a difference is known, and why mig is right: the judge, a pattern of the file's name, a pattern of the difference, and the reason.
KNOWN = [
    ("debugfs", "*", "* device, and debugfs lists none", "debugfs' rdump writes no devices, FIFOs and sockets"),
    ("debugfs", "*d_inline_dump/image*", "shortfile: its content is *", "debugfs (1.47.0) dumps all 60 bytes of inline data, whatever the size; the kernel reads the 20 of the size, as mig does"),
]
LARGEST = int(os.environ.get("MIG_FOREIGN_LARGEST", 4 << 30))
MOUNTS = "--mount" in sys.argv
EMPTY = tempfile.mkdtemp(prefix="mig-foreign-empty-")


def unpack(path, to):
    """Undoes the compression that a collection keeps an image in; returns the path of the image."""
    opener = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}.get(os.path.splitext(path)[1])
    if opener is None:
        return path
    length = 0
    with opener(path) as source, open(to, "wb") as target:
        while block := source.read(1 << 20):
            length += len(block)
            if length > LARGEST:
                raise ValueError(f"it has more than {LARGEST} bytes; MIG_FOREIGN_LARGEST allows more")
            if block.count(0) == len(block):
                target.seek(len(block), os.SEEK_CUR)
            else:
                target.write(block)
        target.truncate(length)
    return to


def as_raw(path, folder):
    """The flat disk, as qemu-img sees it. A raw disk is itself."""
    code, output, _ = run("qemu-img", "info", "--output=json", path)
    kind = json.loads(output).get("format", "raw") if code == 0 else "raw"
    if kind == "raw":
        return path, kind
    flat = os.path.join(folder, "flat")
    code, _, errors = run("qemu-img", "convert", "-O", "raw", path, flat, timeout=600)
    return (flat, kind) if code == 0 else (None, f"{kind}, which qemu-img cannot convert: {errors.decode(errors='replace').strip()}")


def cut(disk, volume, to):
    """The bytes of a volume, in a file of their own."""
    if volume["number"] == 0 and volume["offset"] == 0:
        return disk
    with open(disk, "rb") as source, open(to, "wb") as target:
        source.seek(volume["offset"])
        left = volume["length"]
        while left > 0 and (block := source.read(min(left, 1 << 20))):
            left -= len(block)
            if block.count(0) == len(block):
                target.seek(len(block), os.SEEK_CUR)
            else:
                target.write(block)
        target.truncate(volume["length"])
    return to


def replayed(volume, to):
    """An ext volume with what its journal holds, as mig and the kernel see it: debugfs does not look there. Others are as they are."""
    with open(volume, "rb") as file:
        file.seek(1024)
        superblock = file.read(1024)
    if len(superblock) < 1024 or superblock[0x38:0x3A] != b"\x53\xef" or not superblock[0x60] & 4:
        return volume
    run("cp", "--sparse=always", volume, to)
    run("e2fsck", "-E", "journal_only", "-y", to)
    return to


def by_debugfs(volume, folder):
    code, output, errors = run("debugfs", "-R", f"rdump / {folder}", volume)
    if code != 0 or b"Filesystem not open" in errors + output:
        return None
    return folder_files(folder)


def by_mtools(volume, folder):
    code, _, errors = run("mdir", "-b", "-i", volume, "::/")
    if code != 0 or b"Cannot initialize" in errors:
        return None
    run("mcopy", "-s", "-n", "-m", "-i", volume, "::/*", folder)
    return folder_files(folder)


def mounts(kind):
    """The kernel's view, where --mount allows it and the kernel knows such file systems."""
    if not MOUNTS or not (f"\t{kind}\n" in open("/proc/filesystems").read() or (shutil.which("modprobe") and run("modprobe", kind)[0] == 0)):
        return []
    options = {"ext4": "loop,ro,noload,errors=continue", "vfat": "loop,ro,iocharset=utf8,errors=continue"}[kind]
    return [("the kernel", by_mount(kind, options))]


def by_mount(kind, options):
    def judge(volume, folder):
        code, _, _ = run("mount", "-t", kind, "-o", options, volume, folder)
        if code != 0:
            return None
        try:
            return folder_files(folder)
        finally:
            run("umount", folder)
    return judge


def by_ntfs(volume, folder):
    code, _, _ = run("ntfs-3g", "-o", "ro,streams_interface=none", volume, folder)
    if code != 0:
        return None
    try:
        return folder_files(folder)
    finally:
        run("umount", folder)


METAFILES = {b"$" + name for name in (b"MFT", b"MFTMirr", b"LogFile", b"Volume", b"AttrDef", b"Bitmap", b"Boot", b"BadClus", b"Secure", b"UpCase", b"Extend", b"OrphanFiles")}


def by_fls(volume, _):
    code, output, _ = run("fls", "-r", "-p", "-u", volume)
    if code != 0:
        return None
    names = {}
    for line in output.split(b"\n"):
        match = re.match(rb"(.)/. [^:]*:\t(.*)$", line)
        if match and match[2].split(b"/")[0] not in METAFILES:
            names[match[2]] = ({b"r": "file", b"d": "directory", b"l": "symlink"}.get(match[1]), ...)
    return names


JUDGES = {
    "ext": [("debugfs", by_debugfs), *mounts("ext4")],
    "vfat": [("mtools", by_mtools), *mounts("vfat")],
    "ntfs": [("ntfs-3g", by_ntfs)],
}
if shutil.which("fls"):
    for judges in JUDGES.values():
        judges.append(("fls", by_fls))


def differences(name, ours, theirs):
    """Each as (path, sentence). Names alone are compared where a judge says no more."""
    for path in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(path), theirs.get(path)
        if mine == other or (mine and other and other[1] is ... and other[0] in (None, mine[0])):
            continue
        if mine is None:
            yield path, f"{name} lists it as {other[0]}, mig does not"
        elif other is None:
            yield path, f"mig lists a {mine[0]}" + (f" device, and {name} lists none" if mine[0] not in ("file", "directory", "symlink") else f": mig has it, {name} not")
        elif mine[0] != other[0]:
            yield path, f"it is {mine[0]} to mig, {other[0]} to {name}"
        else:
            yield path, f"its content is {mine[1]} to mig, {other[1]} to {name}"


def known(judge, file, path, sentence):
    for who, files, what, reason in KNOWN:
        if who == judge and fnmatch.fnmatchcase(file, files) and (fnmatch.fnmatchcase(sentence, what) or fnmatch.fnmatchcase(f"{path}: {sentence}", what)):
            return reason
    return None


class Report:
    def __init__(self, name):
        self.name, self.rows = name, []
        self.counts = dict.fromkeys(("exact", "refused", "looked into", "not looked into", "explained", "unexplained"), 0)

    def add(self, kind, sentence):
        if kind in self.counts:
            self.counts[kind] += 1
        self.rows.append(f"  {'UNEXPLAINED: ' if kind == 'unexplained' else ''}{sentence}")


def judge_volume(report, repository, place, volume, slice_path, folder):
    kind = run("blkid", "-p", "-o", "value", "-s", "TYPE", slice_path)[1].decode().strip()
    family = "ext" if kind in ("ext2", "ext3", "ext4", "ext4dev", "jbd") or volume["fileSystem"].startswith("ext") else kind if kind in JUDGES else volume["fileSystem"].replace("fat12", "vfat").replace("fat16", "vfat").replace("fat32", "vfat")
    ours, errors = (None, volume.get("reason", "")) if not volume.get("hasFiles") else mig_files(repository, f"HEAD:{place}/")
    if ours is None and volume.get("hasFiles"):
        report.add("unexplained", f"{place or 'the disk'}: mig says that it looked into it, and cannot list it: {errors}")
        return
    notes = {}
    for note in volume.get("unread", []):
        notes[note["path"].lstrip("/")] = note["reason"]
    report.add("looked into" if ours is not None else "not looked into",
               f"{place or 'the disk'}: {volume['fileSystem'] or kind or 'nothing known'}, " + (f"{len(ours)} entries" if ours is not None else f"not looked into: {volume.get('reason')}"))
    slice_path = replayed(slice_path, os.path.join(folder, "replayed"))
    for number, (name, judge) in enumerate(JUDGES.get(family, [])):
        work = os.path.join(folder, f"judge{number}")
        os.mkdir(work)
        theirs = judge(slice_path, work)
        if theirs is None:
            if ours is not None:
                report.add("explained", f"{place or 'the disk'}: {name} cannot read it at all")
            continue
        if ours is None:
            report.add("explained", f"{place or 'the disk'}: {name} lists {len(theirs)} entries; mig names why it did not look: {volume.get('reason')}")
            continue
        counted = {}
        for path, sentence in differences(name, ours, theirs):
            text = path.decode(errors="backslashreplace")
            reason = next((f"mig says of {noted}: {why}" for noted, why in notes.items() if text == noted or text.startswith(noted + "/") or noted == ""), None)
            if reason is None and theirs.get(path, ("",))[0] == "unreadable":
                reason = f"{name} cannot read it"
            reason = reason or known(name, report.name, text, sentence)
            if reason:
                counted[reason] = counted.get(reason, 0) + 1
            else:
                report.add("unexplained", f"{place or 'the disk'}: {show(path)}: {sentence}")
        for reason, count in counted.items():
            report.add("explained", f"{place or 'the disk'}: {count} differences to {name}: {reason}")


def look(path, name):
    report = Report(name)
    with tempfile.TemporaryDirectory(prefix="mig-foreign-") as folder:
        repository, disk = os.path.join(folder, "repository"), os.path.join(folder, "disk")
        try:
            image = unpack(path, disk)
        except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
            report.add("", f"not an image: it cannot be unpacked: {error}")
            return report
        if os.path.getsize(image) == 0:
            report.add("", "not an image: it is empty")
            return report
        shutil.copytree(EMPTY, repository)
        code, _, errors = mig(repository, "commit", image, "-m", "foreign")
        errors = errors.decode(errors="replace").strip()
        if code != 0:
            named = code in (2, 20, 21) and re.search(r"\b[A-Z0-9]+-\d+\b|not|needs", errors)
            report.add("refused" if named else "unexplained", f"commit ended with {code}: {errors}")
            return report
        out = os.path.join(folder, "out")
        code, _, errors = mig(repository, "checkout", "HEAD", "--export", out, "--format", "raw")
        flat, kind = as_raw(image, folder)
        if code != 0:
            report.add("unexplained", f"the export ended with {code}: {errors.decode(errors='replace').strip()}")
            return report
        if flat is None:
            report.add("explained", f"committed as {kind}")
        elif os.path.getsize(out) == os.path.getsize(flat) and hash_file(out) == hash_file(flat):
            report.add("exact", f"exact ({kind}, {os.path.getsize(out)} bytes)")
        else:
            report.add("unexplained", f"the export is not what {'the file' if kind == 'raw' else 'qemu-img'} has ({kind}; {os.path.getsize(out)} and {os.path.getsize(flat)} bytes)")
        code, output, _ = mig(repository, "show", "--json", "HEAD")
        answer = json.loads(output)
        answer = answer[0] if isinstance(answer, list) else answer
        for number, of in enumerate(answer["disks"][0]["volumes"]):
            place = f"@{of['number']}" if of["number"] else ""
            work = os.path.join(folder, f"volume{number}")
            os.mkdir(work)
            judge_volume(report, repository, place, of, cut(out, of, os.path.join(work, "slice")), work)
    return report


def main():
    folder, patterns = next(argument for argument in sys.argv[1:] if not argument.startswith("--")), [argument for argument in sys.argv[1:] if not argument.startswith("--")][1:]
    files = sorted(os.path.join(directory, name) for directory, _, names in os.walk(folder) for name in names)
    names = {path: os.path.relpath(path, folder) for path in files if os.path.isfile(path) and not os.path.islink(path)}
    names = {path: name for path, name in names.items() if not patterns or any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)}
    total = dict.fromkeys(Report("").counts, 0)
    run(MIG, "init", "--bare", EMPTY)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for report in pool.map(lambda item: look(*item), names.items()):
            print(report.name, *report.rows, sep="\n", flush=True)
            for kind, count in report.counts.items():
                total[kind] += count
    shutil.rmtree(EMPTY)
    print(f"{len(names)} files, " + ", ".join(f"{count} {kind}" for kind, count in total.items()))
    return 1 if total["unexplained"] or not names else 0


sys.exit(main())
