"""What foreign.py and answers.py share: how mig is asked, and how others see the same files."""
import base64
import hashlib
import json
import os
import stat
import subprocess

MIG = os.environ.get("MIG", os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "artifacts/bin/Mig.Cli/release/Mig.Cli"))
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "MIG_AUTHOR_NAME": "A U Thor", "MIG_AUTHOR_EMAIL": "author@example.com", "NO_COLOR": "1", "DOTNET_TieredPGO": "0",
               "MIG_COMMITTER_NAME": "A U Thor", "MIG_COMMITTER_EMAIL": "author@example.com", "MTOOLSRC": "/dev/null"}
TYPES = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink", stat.S_IFCHR: "characterDevice", stat.S_IFBLK: "blockDevice", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}


def run(*command, timeout=120, cwd=None):
    """Runs a command; returns its exit code, output and errors. One that takes too long is ended, and has the code 124."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, env=ENVIRONMENT, cwd=cwd, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        return 124, b"", b"it took too long"


def mig(repository, *arguments, timeout=600):
    return run(MIG, "--repo", repository, *arguments, timeout=timeout)


def raw(item, key):
    """The exact bytes of a name that mig prints as JSON."""
    return base64.b64decode(item[key + "Bytes"]) if key + "Bytes" in item else item[key].encode()


def mig_files(repository, place):
    """All below a place, as mig lists it: what each path is. None when mig cannot say."""
    code, output, errors = mig(repository, "ls", "-R", "--json", place)
    if code != 0:
        return None, errors.decode(errors="replace").strip()
    files = {}
    for item in json.loads(output):
        kind = item["type"]
        value = item.get("sha256") if kind == "file" else raw(item, "target") if kind == "symlink" else (item.get("deviceMajor"), item.get("deviceMinor")) if kind.endswith("Device") else None
        files[raw(item, "path").lstrip(b"/")] = (kind, value)
    return files, errors.decode(errors="replace").strip()


def hash_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def folder_files(folder, wants=lambda path: True):
    """All below a folder, as the system shows it: what each path is. A file that cannot be read has the error as its content."""
    files, top = {}, os.fsencode(folder)
    for directory, names, others in os.walk(top, onerror=lambda error: files.setdefault(os.path.relpath(os.fsencode(error.filename), top), ("unreadable", str(error.errno)))):
        for name in names + others:
            path = os.path.join(directory, name)
            key = os.path.relpath(path, top)
            if not wants(key):
                continue
            try:
                status = os.lstat(path)
                kind = TYPES.get(stat.S_IFMT(status.st_mode), "unknown")
                value = hash_file(path) if kind == "file" else os.readlink(path) if kind == "symlink" else (os.major(status.st_rdev), os.minor(status.st_rdev)) if kind.endswith("Device") else None
            except OSError as error:
                kind, value = "unreadable", str(error.errno)
            files[key] = (kind, value)
    return files


def show(path):
    return "/" + "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in path.decode(errors="backslashreplace"))
