"""answers.py [--against OTHER] DISK...: see answers.sh, which starts it."""
import datetime
import fnmatch
import json
import os
import random
import re
import shutil
import stat
import sys
import tempfile

from judges import MIG, TYPES, hash_file, mig, raw, run, show

LARGEST_SHOWN = 10
SEED = int(os.environ.get("MIG_ANSWERS_SEED", "1"))


class Judge:
    """Compares answers, and counts."""

    def __init__(self):
        self.asked = self.wrong = 0

    def same(self, question, ours, theirs):
        """Both are sets, or dictionaries of what each thing is."""
        self.asked += 1
        if ours == theirs:
            return
        self.wrong += 1
        keys = sorted(ours.keys() | theirs.keys(), key=repr) if isinstance(ours, dict) else sorted(ours ^ theirs, key=repr)
        differ = [key for key in keys if not isinstance(ours, dict) or ours.get(key) != theirs.get(key)]
        print(f"WRONG: {question}: {len(differ)} differences")
        for key in differ[:LARGEST_SHOWN]:
            name = show(key) if isinstance(key, bytes) else key
            print(f"  {name}: " + (f"mig {ours.get(key)}, judge {theirs.get(key)}" if isinstance(ours, dict) else "mig alone" if key in ours else "the judge alone"))


def entries(folder):
    """All below a folder: what lstat says, and SHA-256 of each content, once for all names of a file."""
    found, contents, top = {}, {}, os.fsencode(folder)
    for directory, names, others in os.walk(top):
        for name in names + others:
            path = os.path.join(directory, name)
            status = os.lstat(path)
            kind = TYPES.get(stat.S_IFMT(status.st_mode), "unknown")
            if kind == "file" and status.st_ino not in contents:
                contents[status.st_ino] = hash_file(path)
            value = contents[status.st_ino] if kind == "file" else os.readlink(path) if kind == "symlink" else (os.major(status.st_rdev), os.minor(status.st_rdev)) if kind.endswith("Device") else None
            found[os.path.relpath(path, top)] = {
                "type": kind, "value": value, "mode": stat.S_IMODE(status.st_mode), "uid": status.st_uid, "gid": status.st_gid,
                "size": status.st_size if kind == "file" else None, "time": status.st_mtime_ns, "links": status.st_nlink}
    return found


def time_of(text):
    moment, fraction = text.rstrip("Z").lstrip("@").split(".")
    seconds = int(moment) if text.startswith("@") else int(datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.timezone.utc).timestamp())
    return seconds * 10**9 + int(fraction)


def of_mig(item):
    kind = item["type"]
    value = item.get("sha256") if kind == "file" else raw(item, "target") if kind == "symlink" else (item.get("deviceMajor"), item.get("deviceMinor")) if kind.endswith("Device") else None
    return {"type": kind, "value": value, "mode": int(item["mode"], 8), "uid": item["uid"], "gid": item["gid"], "size": item.get("size"), "time": time_of(item["modifiedTime"])}


def path_of(item, key="path"):
    return raw(item, key).lstrip(b"/")


def answer(repository, *arguments):
    code, output, errors = mig(repository, *arguments, timeout=1800)
    if code not in (0, 1, 5, 6):
        raise SystemExit(f"mig {' '.join(arguments)} ended with {code}: {errors.decode(errors='replace')}")
    return json.loads(output) if output.strip() else []


def judge_ls(judge, repository, prefix, there):
    ours = {path_of(item): of_mig(item) for item in answer(repository, "ls", "-R", "--json", f"HEAD:{prefix}/")}
    judge.same(f"ls of {prefix or '/'}", ours, {path: {key: value for key, value in what.items() if key != "links"} for path, what in there.items()})


def judge_search(judge, repository, prefix, there, folder):
    """Against what find would list. Directories and all else have a size to find, so sizes are asked of files."""
    def ask(question, wants, *options):
        found = [item for item in answer(repository, "search", "--json", *options, "HEAD") if "entry" in item and item.get("volume", "") == prefix]
        judge.same(f"search {question}", {path_of(item["entry"]) for item in found}, {path for path, what in there.items() if wants(path, what)})

    files = sorted(path for path, what in there.items() if what["type"] == "file")
    for path in random.Random(SEED).sample(files, min(4, len(files))):
        ask(f"--sha256 of {show(path)}", lambda _, what, sha=there[path]["value"]: what["value"] == sha, "--sha256", there[path]["value"])
    sample = [there[path]["value"] for path in random.Random(SEED + 1).sample(files, min(500, len(files)))]
    listed = os.path.join(folder, "sums")
    with open(listed, "w") as file:
        file.writelines(f"{sha}  x\n" for sha in sample)
    ask("--sha256-file", lambda _, what: what["value"] in set(sample), "--sha256-file", listed)
    for glob in ("*.conf", "passwd", "lib*.so*", "*-[0-9]*", "R?ADME*"):
        ask(f"--name {glob}", lambda path, _, pattern=glob: fnmatch.fnmatchcase(os.path.basename(path).decode("latin-1"), pattern), "--name", glob)
    ask("--path /etc/*", lambda path, _: path.startswith(b"etc/"), "--path", "/etc/*")
    ask("--size +1M --type f", lambda _, what: what["type"] == "file" and what["size"] > 1 << 20, "--size", "+1M", "--type", "f")
    ask("--size -2k --type f", lambda _, what: what["type"] == "file" and what["size"] <= 1 << 10, "--size", "-2k", "--type", "f")
    ask("--mode setuid", lambda _, what: what["mode"] & stat.S_ISUID, "--mode", "setuid")
    ask("--type l", lambda _, what: what["type"] == "symlink", "--type", "l")
    ask("--owner 0:0 --name s*", lambda path, what: what["uid"] == 0 and what["gid"] == 0 and os.path.basename(path).startswith(b"s"), "--owner", "0:0", "--name", "s*")
    ask("--mtime 2024-01-01.. --type f", lambda _, what: what["type"] == "file" and what["time"] >= 1704067200 * 10**9, "--mtime", "2024-01-01..", "--type", "f")


def judge_grep(judge, repository, prefix, mount):
    for pattern, options in (("root", []), ("PermitRootLogin", []), ("GNU GENERAL", ["-i"]), ("127.0.0.1", [])):
        ours = {path_of(item): item["count"] for item in answer(repository, "grep", "--json", "-a", "-F", "-c", *options, pattern, "HEAD", "--", f"{prefix}/etc", f"{prefix}/usr/share/doc") if "path" in item}
        folders = [name for name in ("etc", "usr/share/doc") if os.path.isdir(os.path.join(mount, name))]
        _, output, _ = run("grep", "-r", "-a", "-F", "-c", "-Z", *options, "--", pattern, *folders, cwd=mount, timeout=1800)
        theirs = {name: int(count) for name, count in re.findall(rb"([^\0]+)\0(\d+)\n", output) if int(count) > 0}
        judge.same(f"grep {pattern}", ours, theirs)


def judge_diff(judge, repository, prefix, before, after):
    changes = answer(repository, "diff", "--json", "HEAD~1", "HEAD")["changes"]
    ours = {}
    for change in changes:
        if change.get("volume", "") != prefix:
            continue
        if "oldPath" in change:
            ours[path_of(change, "oldPath")] = "removed"
            ours[path_of(change)] = "added"
        else:
            ours[path_of(change)] = "added" if change["status"] == "A" else "removed" if change["status"] == "D" else "changed"
    compared = lambda what: {key: value for key, value in what.items() if key != "links"}
    theirs = {path: "added" if path not in before else "removed" if path not in after else "changed"
              for path in before.keys() | after.keys() if path not in before or path not in after or compared(before[path]) != compared(after[path])}
    theirs.pop(b".", None)
    ours.pop(b"", None)
    judge.same("diff", ours, theirs)


def judge_packages(judge, repository, mount):
    database = os.path.join(mount, "var/lib/dpkg")
    if os.path.exists(os.path.join(database, "status")):
        inventory = answer(repository, "inventory", "--json", "HEAD")
        ours = {(package["name"], package["version"], package.get("architecture", "")) for package in inventory["packages"] if package["kind"] == "dpkg"}
        _, output, _ = run("dpkg-query", f"--admindir={database}", "-W", "-f", "${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Status}\\n")
        theirs = {tuple(line.split("\t")[:3]) for line in output.decode().splitlines() if line.split("\t")[3] not in ("config-files", "not-installed")}
        judge.same("inventory, packages of dpkg", ours, theirs)
        judge_verify(judge, repository, mount)
    if os.path.exists(os.path.join(mount, "etc/passwd")):
        with open(os.path.join(mount, "etc/passwd"), errors="surrogateescape") as file:
            theirs = {(line.split(":")[0], int(line.split(":")[2])) for line in file if line.count(":") == 6}
        judge.same("inventory, users", {(user["name"], user["uid"]) for user in answer(repository, "inventory", "--json", "HEAD")["users"]}, theirs)


def judge_verify(judge, repository, mount):
    """dpkg says M for the type of a file, 5 for its content; mig says changed for both. dpkg looks at no modes of its own."""
    report = answer(repository, "verify-packages", "--json", "HEAD")
    ours = {path_of(finding): finding["finding"] for finding in report["findings"] if finding["finding"] in ("missing", "changed")}
    _, output, _ = run("dpkg", f"--root={mount}", "--verify", timeout=1800)
    theirs = {}
    for line in output.split(b"\n"):
        if line.startswith(b"missing"):
            theirs[line.split(b"/", 1)[1].removesuffix(b" (Permission denied)")] = "missing"
        elif b"/" in line:
            theirs[line.split(b"/", 1)[1]] = "changed"
    judge.same("verify-packages", ours, theirs)


def change(mount):
    """Makes of a machine one that differs in every way; returns nothing."""
    work = os.path.join(mount, "answers")
    os.makedirs(os.path.join(work, "new folder"))
    for name, text in (("new", "one\n"), ("new folder/with a blank", "two\n"), ("new folder/caf\u00e9", "three\n")):
        with open(os.path.join(work, name), "w") as file:
            file.write(text)
    os.symlink("new", os.path.join(work, "link"))
    os.link(os.path.join(work, "new"), os.path.join(work, "second name"))
    regular = sorted(path for path in (os.path.join(directory, name) for directory, _, names in os.walk(os.path.join(mount, "etc")) for name in names) if os.path.isfile(path) and not os.path.islink(path))
    picked = random.Random(SEED + 2).sample(regular, min(5, len(regular)))
    for path, action in zip(picked, ("append", "remove", "mode", "owner", "time")):
        if action == "append":
            with open(path, "a") as file:
                file.write("answers\n")
        elif action == "remove":
            os.remove(path)
        elif action == "mode":
            os.chmod(path, 0o600)
        elif action == "owner":
            os.chown(path, 12345, 54321)
        else:
            os.utime(path, ns=(10**18, 10**18 + 7))


def volumes(repository):
    shown = answer(repository, "show", "--json", "HEAD")
    shown = shown[0] if isinstance(shown, list) else shown
    return [volume for volume in shown["disks"][0]["volumes"] if volume["hasFiles"] and volume["fileSystem"].startswith("ext")]


def mounted(disk, volume, folder, options, look):
    os.makedirs(folder, exist_ok=True)
    code, _, errors = run("mount", "-t", "ext4", "-o", f"loop,{options},offset={volume['offset']},sizelimit={volume['length']}", disk, folder)
    if code != 0:
        raise SystemExit(f"{disk} cannot be mounted: {errors.decode()}")
    try:
        return look(folder)
    finally:
        run("umount", folder)


def judge_disk(judge, disk, other, work):
    repository, flat, mount = os.path.join(work, "repository"), os.path.join(work, "disk"), os.path.join(work, "mount")
    run(MIG, "init", "--bare", repository)
    run("cp", "--sparse=always", "--reflink=auto", disk, flat, timeout=1800)
    answer(repository, "commit", "-q", flat, "-m", "before")
    looked = volumes(repository)
    if not looked:
        raise SystemExit(f"{disk} has no ext file system that mig looks into")
    system = max(looked, key=lambda volume: mounted(flat, volume, mount, "ro", lambda folder: (os.path.exists(os.path.join(folder, "etc/passwd")), volume["length"])))
    for volume in looked:
        prefix = "" if volume is system else f"@{volume['number']}"
        there = mounted(other or flat, volume, mount, "ro", entries)
        judge_ls(judge, repository, prefix, there)
        judge_search(judge, repository, prefix, there, work)
        if volume is system:
            mounted(other or flat, volume, mount, "ro", lambda folder: (judge_grep(judge, repository, prefix, folder), judge_packages(judge, repository, folder)))
            before = there
    mounted(flat, system, mount, "rw", change)
    answer(repository, "commit", "-q", flat, "-m", "after")
    after = mounted(other or flat, system, mount, "ro", entries)
    judge_diff(judge, repository, "", before, after)
    judge_ls(judge, repository, "", after)
    mounted(flat, system, mount, "ro", lambda folder: judge_packages(judge, repository, folder))


def main():
    arguments, other = sys.argv[1:], None
    if arguments[0] == "--against":
        other, arguments = arguments[1], arguments[2:]
    judge = Judge()
    for disk in arguments:
        work = tempfile.mkdtemp(prefix="mig-answers-")
        try:
            print(disk, flush=True)
            judge_disk(judge, disk, other, work)
        finally:
            shutil.rmtree(work)
    print(f"{len(arguments)} disks, {judge.asked} answers, {judge.wrong} wrong")
    return 1 if judge.wrong else 0


sys.exit(main())
