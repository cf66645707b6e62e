"""foreign.py FOLDER [PATTERN...]: see foreign.sh, which starts it."""
import bz2
import concurrent.futures
import errno
import fnmatch
import functools
import gzip
import json
import lzma
import os
import re
import shutil
import sys
import tempfile

from judges import MIG, folder_files, hash_file, mig, mig_files, run, show

LARGEST = int(os.environ.get("MIG_FOREIGN_LARGEST", 4 << 30))
LONGEST_DUMP = 20
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


class EndlessError(Exception):
    """Directories go round in a circle, and a judge follows them."""


def by_debugfs(volume, folder):
    code, output, errors = run("debugfs", "-R", f"rdump / {folder}", volume, timeout=LONGEST_DUMP)
    if code == 124:
        run("rm", "-rf", folder)
        raise EndlessError
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


class ExtFacts:
    """What debugfs and e2fsck say of an ext volume: what the rules below ask for."""
    ENCRYPTED, INDEXED, VERITY, INLINE = 0x800, 0x1000, 0x100000, 0x10000000
    FEATURE_ENCRYPTED = 0x10000

    def __init__(self, volume):
        self.volume = volume
        with open(volume, "rb") as file:
            file.seek(1024)
            superblock = file.read(1024)
        self.block_size = 1024 << min(int.from_bytes(superblock[0x18:0x1C], "little"), 7)
        self.features = int.from_bytes(superblock[0x60:0x64], "little")

    @functools.cache
    def stat(self, path):
        """The number, flags and size of an inode; zeros when debugfs does not find it, or cannot be given its name."""
        if b'"' in path or b"\n" in path:
            return 0, 0, 0
        output = run("debugfs", "-R", b'stat "/' + path + b'"', self.volume)[1]
        found = re.search(rb"Inode: (\d+) .*Flags: 0x([0-9a-f]+)\n.*?Size: (\d+)", output, re.S)
        return (int(found[1]), int(found[2], 16), int(found[3])) if found else (0, 0, 0)

    @functools.cache
    def damaged_indexes(self):
        output = run("e2fsck", "-fn", self.volume)[1]
        return {int(number) for number in re.findall(rb"HTREE (?:directory )?inode (\d+)", output)}

    def is_below_encrypted(self, path):
        parts = path.split(b"/")
        return any(self.stat(b"/".join(parts[:count]))[1] & self.ENCRYPTED for count in range(1, len(parts) + 1))


# Why a judge sees something else than mig, and mig is right: each rule asks what the volume itself says, and answers with a sentence or None.
def rule_devices(judge, facts, path, mine, other, others):
    if judge == "debugfs" and other is None and mine and mine[0] not in ("file", "directory", "symlink"):
        return "debugfs' rdump writes no devices, FIFOs and sockets"


def rule_inline(judge, facts, path, mine, other, others):
    if judge != "debugfs" or not (mine and other and mine[0] == other[0] == "file"):
        return None
    _, flags, size = facts.stat(path)
    if flags & facts.INLINE and size < 60:
        return "debugfs dumps all 60 bytes of inline data, whatever the size; the kernel reads those of the size, as mig does"


def rule_long_link(judge, facts, path, mine, other, others):
    if judge != "debugfs" or mine is None or mine[0] != "symlink" or other is not None:
        return None
    if facts.stat(path)[2] >> 32:
        return "debugfs takes another field of a link for the high half of its size, and finds the link too long"
    return "debugfs' rdump makes no link that this machine cannot have" if len(mine[1]) >= os.pathconf("/", "PC_PATH_MAX") else None


def rule_encrypted(judge, facts, path, mine, other, others):
    if judge == "the kernel" and facts.features & facts.FEATURE_ENCRYPTED and facts.is_below_encrypted(path):
        return "the kernel shows encrypted names, links and contents in a form of its own without the key, or not at all; mig shows them as they are stored"


def rule_index(judge, facts, path, mine, other, others):
    if judge != "the kernel" or mine is None or not (other is None or other[0] == "unreadable"):
        return None
    number, flags, _ = facts.stat(path.rpartition(b"/")[0])
    if flags & facts.INDEXED and number in facts.damaged_indexes() and others.get("debugfs", {}).get(path) == mine:
        return "e2fsck finds the directory's hash index damaged: the kernel looks there alone for a name; mig reads all blocks of the directory, as debugfs does"


def rule_verity(judge, facts, path, mine, other, others):
    if judge == "the kernel" and other == ("unreadable", str(errno.EOPNOTSUPP)) and facts.stat(path)[1] & facts.VERITY and others.get("debugfs", {}).get(path) == mine:
        return "this kernel is built without fs-verity, and opens no file that has it; debugfs reads it as mig does"


RULES = [rule_devices, rule_inline, rule_long_link, rule_encrypted, rule_index, rule_verity]

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
        if same(mine, other):
            continue
        if mine is None:
            yield path, f"{name} lists it as {other[0]}, mig does not"
        elif other is None:
            yield path, f"mig lists a {mine[0]}" + (f" device, and {name} lists none" if mine[0] not in ("file", "directory", "symlink") else f": mig has it, {name} not")
        elif mine[0] != other[0]:
            yield path, f"it is {mine[0]} to mig, {other[0]} to {name}"
        else:
            yield path, f"its content is {mine[1]} to mig, {other[1]} to {name}"


def same(mine, other):
    return mine == other or bool(mine and other and other[1] is ... and other[0] in (None, mine[0]))


def explain(judge, facts, path, ours, theirs, answers, notes):
    """Why a judge sees something else in a path; None when nothing says so."""
    text, mine, other = path.decode(errors="backslashreplace"), ours.get(path), theirs.get(path)
    for noted, why in notes.items():
        if noted == "" or text == noted or text.startswith(noted + "/"):
            return f"mig says of {noted or 'the volume'}: {why}"
    if judge != "the kernel" and "the kernel" in answers and same(mine, answers["the kernel"].get(path)):
        return "the kernel agrees with mig"
    if judge != "the kernel" and other and other[0] == "unreadable":
        return f"{judge} cannot read it"
    return next((reason for rule in RULES if facts and (reason := rule(judge, facts, path, mine, other, answers))), None)


def has_few_clusters(volume):
    """Whether a volume has the fields of FAT32, and fewer clusters than Microsoft's text gives it."""
    with open(volume, "rb") as file:
        boot = file.read(512)
    number = lambda offset, length: int.from_bytes(boot[offset:offset + length], "little")
    per_cluster = boot[13] or 1
    return number(22, 2) == 0 and (number(32, 4) - number(14, 2) - boot[16] * number(36, 4)) // per_cluster < 65525


def explain_unreadable(judge, facts, volume, answers, notes):
    """Why a judge cannot read a volume that mig shows; None when nothing says so."""
    if "" in notes:
        return f"mig says of the volume: {notes['']}"
    if judge == "the kernel" and facts and facts.block_size > os.sysconf("SC_PAGE_SIZE"):
        return "the kernel reads no blocks that are longer than a page"
    if judge == "mtools" and has_few_clusters(volume):
        return "mtools take FAT32 with so few clusters for FAT12; fsck.fat and the kernel go by its fields, as mig does"
    return f"{next(iter(answers))} can" if answers else None


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
    facts = ExtFacts(slice_path) if family == "ext" else None
    theirs = {}
    for number, (name, judge) in enumerate(JUDGES.get(family, [])):
        work = os.path.join(folder, f"judge{number}")
        os.mkdir(work)
        try:
            theirs[name] = judge(slice_path, work)
        except EndlessError:
            report.add("explained", f"{place or 'the disk'}: {name} goes round in a circle of directories, and comes to no end")
    answers = {name: files for name, files in theirs.items() if files is not None}
    for name, files in theirs.items():
        if files is None:
            if ours is not None:
                reason = explain_unreadable(name, facts, slice_path, answers, notes)
                report.add("explained" if reason else "unexplained", f"{place or 'the disk'}: {name} cannot read it at all" + (f"; {reason}" if reason else ""))
            continue
        if ours is None:
            report.add("explained", f"{place or 'the disk'}: {name} lists {len(files)} entries; mig names why it did not look: {volume.get('reason')}")
            continue
        counted = {}
        for path, sentence in differences(name, ours, files):
            if reason := explain(name, facts, path, ours, files, answers, notes):
                counted[reason] = counted.get(reason, 0) + 1
            else:
                report.add("unexplained", f"{place or 'the disk'}: {show(path)}: {sentence[:300]}")
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
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for report in pool.map(lambda item: look(*item), names.items()):
            print(report.name, *report.rows, sep="\n", flush=True)
            for kind, count in report.counts.items():
                total[kind] += count
    shutil.rmtree(EMPTY)
    print(f"{len(names)} files, " + ", ".join(f"{count} {kind}" for kind, count in total.items()))
    return 1 if total["unexplained"] or not names else 0


sys.exit(main())
