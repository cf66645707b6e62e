"""What a machine is, for merges.py: all its files, and what its own tools say of it."""
import contextlib
import fcntl
import os
import re
import stat
import struct
import tempfile

from judges import TYPES, hash_file, run, show

FLAGS = 0x30 | 0x40  # immutable, append, nodump: what somebody sets with chattr; the others are the file system's own affair
GET_FLAGS = 0x80086601  # FS_IOC_GETFLAGS

# What two machines with the same history need not have alike, and why. Times are not compared at all: they say when something was done.
RULES = [
    (r"var/log/.*", "a log says what happened when"),
    (r"etc/(passwd|shadow|group|gshadow|subuid|subgid)-", "a copy from before the last change"),
    (r"var/lib/dpkg/[a-z]+-old|var/cache/debconf/[a-z]+\.dat-old", "a copy from before the last change"),
    (r"var/backups/.*", "copies from before"),
    (r"etc/ld\.so\.cache|var/cache/ldconfig/aux-cache", "ldconfig makes it anew; the merge says so"),
]
RULE = re.compile("|".join(f"(?:{pattern})" for pattern, _ in RULES))


def stanzas(text):
    """The order of stanzas and of fields says nothing."""
    return sorted(tuple(sorted(re.split(r"\n(?![ \t])", stanza.strip("\n")))) for stanza in text.split("\n\n") if stanza.strip("\n"))


def lines(text):
    return sorted(text.splitlines())


def accounts(text):
    """Lines, with members of groups as sets."""
    return sorted(":".join(",".join(sorted(field.split(","))) for field in line.split(":")) for line in text.splitlines())


def triples(text):
    every = text.splitlines()
    return sorted(tuple(every[i:i + 3]) for i in range(0, len(every), 3))


# Tables, in which the order of entries means nothing.
TABLES = {
    r"var/lib/dpkg/(status|available)|var/lib/apt/extended_states|var/cache/debconf/[a-z]+\.dat": stanzas,
    r"etc/(passwd|shadow|group|gshadow|subuid|subgid)": accounts,
    r"var/lib/dpkg/(triggers/[^/]+|statoverride|arch)|etc/shells": lines,
    r"var/lib/dpkg/diversions": triples,
}


class Machine:
    def __init__(self, files, answers, problems):
        self.files, self.answers, self.problems = files, answers, problems

    def own_problems(self):
        """What is wrong whatever it is compared with."""
        return self.problems


@contextlib.contextmanager
def mounted(disk, offset, options):
    folder = tempfile.mkdtemp(prefix="mig-merges-mount-")
    code, _, errors = run("mount", "-t", "ext4", "-o", f"loop,{options},offset={offset}", disk, folder)
    if code != 0:
        os.rmdir(folder)
        raise SystemExit(f"{disk} cannot be mounted: {errors.decode(errors='replace')}")
    try:
        yield folder
    finally:
        run("umount", folder)
        os.rmdir(folder)


def look(disk, offset):
    code, output, errors = run("e2fsck", "-fn", f"{disk}?offset={offset}", timeout=600)
    problems = [] if code == 0 else ["e2fsck: " + line for line in (output + errors).decode(errors="replace").splitlines()[:8]]
    if problems:
        return Machine({}, {}, problems)
    with mounted(disk, offset, "ro,noload") as folder:
        files = walk(folder)
        return Machine(files, ask(folder), problems + entries(folder, files))


def walk(top):
    files, names, contents = {}, {}, {}
    stack = [(top, "")]
    while stack:
        directory, prefix = stack.pop()
        with os.scandir(os.fsencode(directory)) as found:
            for entry in found:
                name = os.fsdecode(entry.name)
                path, place = prefix + name, os.path.join(directory, name)
                status = os.lstat(place)
                kind = TYPES.get(stat.S_IFMT(status.st_mode), "unknown")
                if kind == "directory":
                    stack.append((place, path + "/"))
                elif status.st_nlink > 1:
                    names.setdefault(status.st_ino, []).append(path)
                if kind == "file" and status.st_ino not in contents:
                    contents[status.st_ino] = content_of(path, place)
                files[path] = {
                    "type": kind, "mode": oct(stat.S_IMODE(status.st_mode)), "owner": f"{status.st_uid}:{status.st_gid}",
                    "content": contents.get(status.st_ino) if kind == "file" else os.readlink(place) if kind == "symlink" else str(status.st_rdev) if kind.endswith("Device") else None,
                    "attributes": {key: os.getxattr(place, key, follow_symlinks=False) for key in os.listxattr(place, follow_symlinks=False)},
                    "flags": flags_of(place) if kind in ("file", "directory") else 0, "inode": status.st_ino}
    for path, what in files.items():
        what["names"] = sorted(names.get(what.pop("inode"), []))
    return files


def content_of(path, place):
    for pattern, parse in TABLES.items():
        if re.fullmatch(pattern, path):
            with open(place, encoding="latin-1", newline="\n") as file:
                return parse(file.read())
    return hash_file(place)


def flags_of(place):
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return struct.unpack("l", fcntl.ioctl(descriptor, GET_FLAGS, struct.pack("l", 0)))[0] & FLAGS
    finally:
        os.close(descriptor)


def ask(folder):
    """What the machine's own tools say."""
    def inside(*command):
        code, output, errors = run("chroot", folder, "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", *command, timeout=600)
        return f"{code}\n" + "\n".join(sorted((output + errors).decode(errors="replace").splitlines()))

    code, units, errors = run("systemctl", f"--root={folder}", "list-unit-files", "--no-pager", "--no-legend")
    return {"dpkg --audit": inside("dpkg", "--audit"), "dpkg --verify": inside("dpkg", "--verify"), "pwck -r": inside("pwck", "-r"), "grpck -r": inside("grpck", "-r"),
            "systemctl --root": f"{code}\n" + (units + errors).decode(errors="replace")}


def entries(folder, files):
    """Packages that are there have their lists and files, and others have none."""
    problems = []
    code, output, errors = run("dpkg-query", f"--admindir={folder}/var/lib/dpkg", "-W", "-f", "${binary:Package}\\t${Package}\\t${db:Status-Status}\\n")
    if code != 0:
        return ["dpkg-query: " + errors.decode(errors="replace")]
    known, diverted = set(), set()
    with contextlib.suppress(FileNotFoundError), open(f"{folder}/var/lib/dpkg/diversions", encoding="latin-1") as file:
        diverted = set(file.read().splitlines())
    for line in output.decode().splitlines():
        binary, name, status = line.split("\t")
        known |= {binary, name}
        listed = next((f"{folder}/var/lib/dpkg/info/{key}.list" for key in (binary, name) if os.path.exists(f"{folder}/var/lib/dpkg/info/{key}.list")), None)
        if status == "not-installed":
            continue
        if listed is None:
            problems.append(f"{binary} is {status} and has no list of files")
            continue
        with open(listed, encoding="utf-8", errors="surrogateescape") as file:
            paths = file.read().splitlines()
        if status == "installed":
            problems += [f"{binary} is installed and lacks {path}" for path in paths if path != "/." and path not in diverted and not os.path.lexists(folder + resolve(folder, path))]
    for file in os.listdir(f"{folder}/var/lib/dpkg/info"):
        name = file.rsplit(".", 1)[0]
        if file.endswith(".list") and name not in known and name.split(":")[0] not in known:
            problems.append(f"{file} is there, and no such package")
    return problems


def resolve(folder, path):
    """A path with the links of its folders followed in the machine: /lib is /usr/lib."""
    head = path.split("/")[1]
    return "/usr" + path if os.path.islink(f"{folder}/{head}") and head in ("bin", "sbin", "lib", "lib32", "lib64", "libx32") else path


def compare(merged, hand):
    """How a merged machine differs from one that was made by hand, in words."""
    different = []
    for path in sorted(merged.files.keys() | hand.files.keys()):
        if RULE.fullmatch(path):
            continue
        a, b = merged.files.get(path), hand.files.get(path)
        if a == b:
            continue
        name = show(os.fsencode(path))
        if a is None or b is None:
            different.append(f"{name} is {'missing' if a is None else 'there, and not by hand'}")
            continue
        different += [f"{name}: {field} is {brief(a[field], b[field])}, by hand {brief(b[field], a[field])}" for field in a if a[field] != b[field]]
    for question, answer in hand.answers.items():
        if merged.answers.get(question) != answer:
            different.append(f"{question} says {brief(merged.answers.get(question, '').splitlines(), answer.splitlines())}, by hand {brief(answer.splitlines(), merged.answers.get(question, '').splitlines())}")
    return different


def brief(mine, other):
    """Of two lists, what only the first one has; else a value."""
    if isinstance(mine, list) and isinstance(other, list):
        return str([item for item in mine if item not in other])[:400]
    return str(mine)[:200]
